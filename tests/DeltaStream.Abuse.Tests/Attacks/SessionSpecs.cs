using System.Net;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Who has got hold of somebody else's session id.</summary>
public sealed class SessionSpecs(AbusedNode abused, ITestOutputHelper output) : AttackSpec(abused, output)
{
    private const string Moved = "deltastream_sessions_moved_address_total";
    private const string Event = "\"session_used_from_another_address\"";

    [Fact]
    public Task Session_ids_used_from_other_addresses_are_counted_and_logged_and_fill_no_log() => AttackAsync(async () =>
    {
        const int sessions = 200;
        var (before, lines) = (await Abused.Node.MetricAsync(Moved), Abused.Node.Lines.Count);
        await using var owner = new Visitor(Port, "127.5.0.1");
        var thieves = Enumerable.Range(2, 10).Select(i => new Visitor(Port, $"127.5.0.{i}")).ToArray();
        var sids = new List<string>();
        for (var i = 0; i < sessions; i++)
        {
            var (_, sid) = await owner.OpenPollingAsync();
            Assert.Equal(HttpStatusCode.OK, await owner.PostAsync(sid, "40"));
            sids.Add(sid);
            // Its owner comes back in between: each change of address counts.
            foreach (var visitor in new[] { thieves[i % 10], owner, thieves[(i + 1) % 10] }) Assert.Equal(HttpStatusCode.OK, await visitor.PostAsync(sid, "3"));
        }

        Assert.Equal(before + (3 * sessions), await Abused.Node.MetricAsync(Moved));
        await Eventually.True(() => Logged(lines).Length > 0, "it is logged", TimeSpan.FromSeconds(30));
        Assert.All(Logged(lines).Take(1), line => Assert.True(line.Contains("127.5.0.1", StringComparison.Ordinal) && line.Contains("127.5.0.2", StringComparison.Ordinal), line));
        // At most one line a second, which says how many it stands for; an id is in none.
        Assert.InRange(Logged(lines).Length, 1, sessions / 2);
        var log = Abused.Node.Log;
        Assert.All(sids, sid => Assert.DoesNotContain(sid, log));
        foreach (var thief in thieves) await thief.DisposeAsync();
    });

    private string[] Logged(int from) => [.. Abused.Node.Lines.Skip(from).Where(line => line.Contains(Event, StringComparison.Ordinal))];
}
