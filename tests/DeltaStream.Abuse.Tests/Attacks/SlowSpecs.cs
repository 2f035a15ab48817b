using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Who begins and does not go on: handshakes, bodies, frames, polls.</summary>
public sealed class SlowSpecs(AbusedNode abused, ITestOutputHelper output) : AttackSpec(abused, output)
{
    private static readonly string[] Beginnings =
    [
        "",
        "GET /socket.io/?EIO=4&tr",
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
        "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n",
    ];

    [Fact]
    public Task Slow_handshakes_harm_no_other_client() => HandshakesAsync(200);

    [Fact]
    [Trait("Category", "Full")]
    public Task Many_slow_handshakes_harm_no_other_client() => HandshakesAsync(8000);

    [Fact]
    public Task Slow_bodies_and_frames_harm_no_other_client() => BodiesAsync(50);

    [Fact]
    [Trait("Category", "Full")]
    public Task Many_slow_bodies_and_frames_harm_no_other_client() => BodiesAsync(2000);

    [Fact]
    public Task Polls_that_are_left_open_harm_no_other_client() => PollsAsync(500);

    [Fact]
    [Trait("Category", "Full")]
    public Task Ten_thousand_polls_that_are_left_open_harm_no_other_client() => PollsAsync(Math.Min(10_000, OpenFiles.Limit * 9 / 10));

    private Task HandshakesAsync(int count) => AttackAsync(async () =>
    {
        var connections = await OpenAsync(count, i => Beginnings[i % Beginnings.Length]);
        // Each lets a byte come now and then: that does not help it.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        for (var patience = 0; connections.Count > 0; patience++)
        {
            Assert.True(patience < 120, $"{connections.Count} slow connections are still open after a minute");
            await pace.WaitForNextTickAsync();
            foreach (var connection in connections.Where(each => !each.DrainAvailable()).ToArray())
            {
                connections.Remove(connection);
                connection.Dispose();
            }
            foreach (var connection in connections.Take(100)) await connection.SendAsync("x");
        }
    }, count >= 1_000);

    private Task BodiesAsync(int count) => AttackAsync(async () =>
    {
        await using var visitor = new Visitor(Port);
        var connections = new List<RawConnection>();
        for (var i = 0; i < count; i++)
        {
            var (_, sid) = await visitor.OpenPollingAsync();
            connections.AddRange(await OpenAsync(1, _ =>
                $"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n4"));
            var webSocket = await RawConnection.OpenWebSocketAsync(Port, "/ws", from: $"127.2.0.{i % 250 + 1}");
            // A frame of which most never comes.
            await webSocket.SendAsync(Frames.Of(0x81, Encoding.ASCII.GetBytes("{\"event\""), claims: 60_000));
            connections.Add(webSocket);
        }
        await Eventually.True(async () => await Abused.Node.MetricAsync("deltastream_sessions") <= count + 5, "the sessions of slow bodies are closed", TimeSpan.FromMinutes(1));
        foreach (var connection in connections) connection.Reset();
    }, count >= 1_000);

    private Task PollsAsync(int count) => AttackAsync(async () =>
    {
        await using var visitor = new Visitor(Port);
        var polls = new ConcurrentBag<RawConnection>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            // Joined and out of every room: nothing comes for it before the next ping.
            var (_, sid) = await visitor.OpenPollingAsync();
            Assert.Equal(HttpStatusCode.OK, await visitor.PostAsync(sid, "40"));
            Assert.Equal(HttpStatusCode.OK, await visitor.PostAsync(sid, "42[\"unsubscribe\",{\"type\":\"general\"}]"));
            using (await visitor.PollAsync(sid)) { }
            var poll = await RawConnection.OpenAsync(Port, $"127.2.{i / 250 % 250}.{i % 250 + 1}");
            await poll.SendAsync($"GET /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            polls.Add(poll);
        });
        Note($"{count} polls, {await Abused.Node.MetricAsync("deltastream_sessions")} sessions at once");
        visitor.Forget();
        foreach (var poll in polls) poll.Reset();
    }, count >= 1_000);

    private async Task<List<RawConnection>> OpenAsync(int count, Func<int, string> beginning)
    {
        var connections = new List<RawConnection>();
        for (var i = 0; i < count; i++)
        {
            var connection = await RawConnection.OpenAsync(Port, $"127.1.{i / 250 % 250}.{i % 250 + 1}");
            if (beginning(i) is { Length: > 0 } text) await connection.SendAsync(text);
            connections.Add(connection);
        }
        return connections;
    }
}
