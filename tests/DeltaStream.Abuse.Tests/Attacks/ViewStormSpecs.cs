using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Clients that make the node work for views: many of them, over large chains, with versions that never were.</summary>
public sealed class ViewStormSpecs(AbusedNode abused, ITestOutputHelper output) : AttackSpec(abused, output)
{
    private static TimeSpan Patience => TimeSpan.FromSeconds(60);

    [Fact]
    public Task A_client_that_changes_its_view_as_fast_as_it_may_harms_no_other_client() => ViewAttackAsync(async () =>
    {
        await using var client = await Watcher.ComeAsync(Abused);
        await client.PublishAsync(100, 0);
        const int changes = 1_500;
        for (var i = 0; i < changes; i++)
            await client.SubscribeAsync($$""" "mode":"{{(i % 3 == 0 ? "full" : "delta")}}","window":{"between":[{{i}},{{i + 500}}]},"max_rate":{{1 + (i % 20)}} """);
        await client.AnswersAsync();
        Assert.Equal((changes, 0), (client.Granted, client.Refused));
        // One view at a time, however many it has had.
        Assert.InRange(await ViewsAsync(), 0, 1);
        await client.PublishAsync(100, 1);
        await client.GetsAsync(1);
    });

    [Fact]
    public Task Thousands_of_different_views_are_refused_beyond_the_limits_and_harm_no_other_client() => ViewAttackAsync(async () =>
    {
        const int clients = 60, ofClient = 32, always = 5;
        var (before, encodes) = (await RefusedAsync("too_many_views"), await Abused.Node.MetricAsync("deltastream_view_encodes_total"));
        await using var crowd = await Watcher.CrowdAsync(Abused, clients);
        await crowd[0].PublishAsync(100, 0);
        await Task.WhenAll(crowd.Select(async (client, i) =>
        {
            // Each in 40 rooms with a view of its own. The first is the room of the chain that goes on.
            var rooms = Enumerable.Range(0, 40).Select(room => crowd[0].Room(room, $$""" "mode":"delta","window":{"between":[{{i}},{{1_000 + room}}]} """));
            await client.AskAsync("subscribe", $$"""{"rooms":[{{string.Join(',', rooms)}}]}""");
            await client.AnswersAsync();
            Assert.Equal(40, client.Granted + client.Refused);
            Assert.InRange(client.Granted, always, ofClient);
        }));
        Assert.All(crowd, client => Assert.All(client.Refusals, code => Assert.Equal("too_many_views", code)));
        Assert.Equal(before + crowd.Sum(client => client.Refused), await RefusedAsync("too_many_views"));
        // The limit, and what is granted to each client beyond it.
        Assert.InRange(await ViewsAsync(), AbusedNode.Views, AbusedNode.Views + (clients * always));
        Assert.Equal(crowd.Sum(client => client.Granted), await ViewsAsync());

        for (var last = 1; last <= 5; last++) await crowd[0].PublishAsync(100, last);
        foreach (var client in crowd) await client.GetsAsync(5, crowd[0]);
        // One snapshot and at most five deltas for each of the views of this chain, and a few that lead from one document over another.
        Assert.InRange(await Abused.Node.MetricAsync("deltastream_view_encodes_total") - encodes, clients, clients * 10);
    });

    [Fact]
    public Task Windows_over_a_chain_of_ten_thousand_rows_harm_no_other_client() => ViewAttackAsync(async () =>
    {
        string[] views =
        [
            "\"strikes\":50", "\"window\":{\"percent\":1}", "\"window\":{\"list\":[1,5000,9999]}",
            "\"window\":{\"between\":[100,200]},\"sides\":\"calls\"", "\"strikes\":5,\"format\":\"compact\",\"preset\":\"ltp\"",
        ];
        await using var crowd = await Watcher.CrowdAsync(Abused, views.Length);
        foreach (var (client, view) in crowd.Zip(views))
        {
            await client.AskAsync("subscribe", crowd[0].Room(0, $"\"mode\":\"delta\",{view}"));
            await client.SyncedAsync();
        }
        // The spot goes from end to end, so that windows that follow it take other rows each time.
        for (var last = 1; last <= 10; last++) await crowd[0].PublishAsync(5_000, last, spot: last % 2 == 0 ? 1_000 : 4_000, isShort: true);
        foreach (var client in crowd)
        {
            await client.GetsAsync(10, crowd[0]);
            Assert.InRange(client.Chains[0].Data.GetProperty("chain").GetProperty("calls").GetArrayLength(), 2, 101);
            Assert.All(client.Chains, chain => Assert.InRange(chain.Text.Length, 1, 40_000));
        }
    });

    [Fact]
    public Task Versions_that_never_were_get_snapshots_or_errors_and_harm_no_other_client() => ViewAttackAsync(async () =>
    {
        var (before, forgotten) = (await RefusedAsync("invalid_view"), await Abused.Node.MetricAsync("deltastream_view_snapshots_total", "reason=\"forgotten\""));
        await using var client = await Watcher.ComeAsync(Abused);
        await client.PublishAsync(20, 0);
        await client.SubscribeAsync("\"mode\":\"delta\"");
        await client.GetsAsync(0);
        var random = new Random(7);
        string[] junk =
        [
            "7", "[]", "{}", "true", $"{{\"{Watcher.Expiry(0)}\":\"x\"}}", "\"\"", "\"\\u0000\\ud800\"", $"\"{new string('v', 60_000)}\"", "{\"a\":{\"b\":[1,2,{}]}}",
        ];
        const int count = 600;
        for (var i = 0; i < count; i++)
        {
            var bytes = new byte[8];
            random.NextBytes(bytes);
            var have = i % 4 == 0 ? junk[i / 4 % junk.Length] : JsonSerializer.Serialize(Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_'));
            await client.SubscribeAsync($"\"mode\":\"delta\",\"have\":{have}");
        }
        await client.AnswersAsync();
        Assert.Equal(1 + count, client.Granted + client.Refused);
        Assert.InRange(client.Granted, 1 + (count * 3 / 4), 1 + count);
        Assert.All(client.Refusals, code => Assert.Equal("invalid_view", code));
        Assert.Equal(before + client.Refused, await RefusedAsync("invalid_view"));
        Assert.Equal(client.Granted, client.Chains.Count);
        Assert.All(client.Chains, chain => Assert.Equal("chain_snapshot", chain.Name));
        Assert.InRange(await Abused.Node.MetricAsync("deltastream_view_snapshots_total", "reason=\"forgotten\"") - forgotten, count * 3 / 4, count);
    });

    [Fact]
    public Task Snapshots_that_are_asked_again_and_again_end_at_the_clients_bytes_and_harm_no_other_client() => ViewAttackAsync(async () =>
    {
        const int atOnce = 16 * 1024 * 1024, perSecond = 4 * 1024 * 1024, asked = 250;
        var before = await RefusedAsync("rate_limited");
        await using var client = await Watcher.ComeAsync(Abused);
        await client.PublishAsync(1_500, 0);
        await client.SubscribeAsync("\"mode\":\"delta\"");
        await client.GetsAsync(0);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < asked; i++) await client.SubscribeAsync($"\"mode\":\"{(i % 2 == 0 ? "delta" : "full")}\",\"sides\":\"both\"");
        await client.AnswersAsync();
        var bytes = client.Chains.Sum(chain => (long)chain.Text.Length);
        Note($"{client.Chains.Count} snapshots with {bytes / 1e6:0.0} MB in {clock.Elapsed.TotalSeconds:0.0} s, {client.Refused} refused");
        Assert.Equal(1 + asked, client.Granted + client.Refused);
        Assert.InRange(bytes, perSecond, atOnce + (perSecond * (clock.Elapsed.TotalSeconds + 1)));
        Assert.InRange(client.Refused, 1, asked);
        Assert.All(client.Refusals, code => Assert.Equal("rate_limited", code));
        Assert.Equal(before + client.Refused, await RefusedAsync("rate_limited"));
    });

    [Fact]
    public Task Storms_of_pause_and_resume_and_of_arrays_harm_no_other_client() => ViewAttackAsync(async () =>
    {
        await using var client = await Watcher.ComeAsync(Abused);
        await using var reader = await Watcher.ComeAsync(Abused);
        await client.PublishAsync(20, 0);
        await client.SubscribeAsync("\"mode\":\"delta\"");
        await reader.SubscribeAsync("\"mode\":\"delta\"", client);
        for (var i = 0; i < 3_000; i++) await client.AskAsync(i % 2 == 0 ? "pause" : "resume");
        await client.AskAsync("pause");
        await client.AnswersAsync();
        var chains = client.Chains.Count;
        for (var last = 1; last <= 20; last++) await client.PublishAsync(20, last);
        await reader.GetsAsync(20, client);
        // What came meanwhile is one document, and the last one.
        Assert.Equal(chains, client.Chains.Count);
        await client.AskAsync("resume");
        await client.GetsAsync(20);
        Assert.Equal(chains + 1, client.Chains.Count);

        // Arrays of 200 rooms, each time others, in place of the former ones.
        const int rounds = 10;
        for (var round = 0; round < rounds; round++)
        {
            var rooms = Enumerable.Range(0, 200).Select(i => $$"""{"type":"product","symbol":"A{{round}}-{{i}}","max_rate":1,"status":true}""");
            await client.AskAsync("subscribe", $$"""{"replace":true,"rooms":[{{string.Join(',', rooms)}}]}""");
        }
        await client.SyncedAsync(rounds + 1);
        Assert.Equal((1 + (rounds * 200), 0), (client.Granted, client.Refused));
        await Eventually.True(async () => await Abused.Node.MetricAsync("deltastream_rooms") is >= 200 and <= 210, "the rooms of the last array, and the neighbours'", Patience);
        Assert.False(client.IsClosed);
    });

    /// <summary>An attack after which no view is in use.</summary>
    private Task ViewAttackAsync(Func<Task> attack) => AttackAsync(async () =>
    {
        Assert.Equal(0, await ViewsAsync());
        await attack();
        await Eventually.True(async () => await ViewsAsync() == 0, "the views of clients that have gone are forgotten", Patience);
    });

    private Task<double> ViewsAsync() => Abused.Node.MetricAsync("deltastream_views");

    private Task<double> RefusedAsync(string code) => Abused.Node.MetricAsync("deltastream_refused_total", $"reason=\"{code}\"");
}
