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
        await using var subscription = await new RedisFeed(RedisBackend.Settings, url, RedisBackend.Login, 1_000_000, TimeProvider.System, () => { }).SubscribeAsync(default);
        server.Pause();
        try
        {
            var end = await Assert.ThrowsAsync<FeedUnavailableException>(
                () => subscription.Messages.Completion.WaitAsync(Patience.ForSeconds(15)));
            Assert.Contains("delivered nothing", end.Message);
        }
        finally
        {
            server.Resume();
        }
    }

    [Fact]
    public async Task A_full_intake_says_so_and_keeps_the_newest_of_each_key()
    {
        await using var server = await RedisServer.StartAsync();
        var url = new Node.Settings.RedisUrl("127.0.0.1", server.Port, false, null, null, 0);
        var overflows = 0;
        var settings = RedisBackend.Settings with { IntakeCapacity = 64 };
        await using var subscription = await new RedisFeed(settings, url, RedisBackend.Login, 1_000_000, TimeProvider.System, () => Interlocked.Increment(ref overflows)).SubscribeAsync(default);
        await using var producer = await RespConnection.OpenAsync(server.Port);
        for (var i = 1; i <= 100; i++) await producer.ExecuteAsync("PUBLISH", "enriched:underlying", Price(i));

        var last = "";
        var read = 0;
        await Eventually.True(() => Volatile.Read(ref overflows) > 0, "the intake is full");
        await Eventually.True(
            () =>
            {
                for (; subscription.Messages.TryRead(out var message); read++) last = System.Text.Encoding.UTF8.GetString(message.Payload.Span);
                return last == Price(100);
            },
            "the last price comes");
        Assert.InRange(read, 65, 100);

        static string Price(int i) => $$"""{"product":"NIFTY","price":{{i}},"timestamp":"2026-11-24T10:00:00"}""";
    }
}
