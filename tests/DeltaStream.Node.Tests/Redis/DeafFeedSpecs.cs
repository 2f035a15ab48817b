using System.Text;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

public sealed class DeafFeedSpecs
{
    [Fact]
    public async Task A_connection_that_stays_open_but_delivers_nothing_ends_the_subscription()
    {
        await using var server = await RedisServer.StartAsync();
        var url = new Node.Settings.RedisUrl("127.0.0.1", server.Port, false, null, null, 0);
        await using var subscription = await Listening.ToAsync(new RedisFeed(RedisBackend.Settings, RedisBackend.DialerOf(url), new RedisClock(TimeProvider.System)));
        server.Pause();
        try
        {
            var end = await Assert.ThrowsAsync<FeedUnavailableException>(
                () => subscription.Ended.WaitAsync(Patience.ForSeconds(15)));
            Assert.Contains("delivered nothing", end.Message);
        }
        finally
        {
            server.Resume();
        }
    }

    [Fact]
    public async Task Messages_that_waited_in_a_frozen_Redis_come_once_when_it_continues()
    {
        await using var server = await RedisServer.StartAsync();
        var url = new Node.Settings.RedisUrl("127.0.0.1", server.Port, false, null, null, 0);
        var settings = RedisBackend.Settings with { CommandTimeout = TimeSpan.FromSeconds(1) };
        await using var feed = new RedisFeed(settings, RedisBackend.DialerOf(url, settings: settings), new RedisClock(TimeProvider.System));
        var received = new List<string>();
        void Receive(FeedMessage message)
        {
            lock (received) received.Add(Encoding.UTF8.GetString(message.Payload.Span));
        }

        await using var deaf = await Listening.ToAsync(feed, Receive);
        await using var producer = await RespConnection.OpenAsync(server.Port);
        server.Pause();
        await Assert.ThrowsAsync<FeedUnavailableException>(() => deaf.Ended.WaitAsync(Patience.ForSeconds(15)));
        // As the listener does it: again and again, for longer than the client library keeps a silent connection by itself.
        for (var i = 0; i < 4; i++) await Assert.ThrowsAsync<FeedUnavailableException>(() => Listening.ToAsync(feed, Receive));
        for (var i = 0; i < 500; i++) await producer.SendAsync("PUBLISH", "enriched:underlying", $"{i}");
        var again = Listening.ToAsync(feed, Receive);
        server.Resume();
        await using var subscription = await again;
        for (var i = 0; i < 500; i++) await producer.ReadAsync();
        await server.ExecuteAsync("PUBLISH", "enriched:underlying", "end");
        await Eventually.True(() => { lock (received) return received.Contains("end"); }, "the end comes");
        Assert.Equal([.. Enumerable.Range(0, 500).Select(i => $"{i}"), "end"], received);
    }
}
