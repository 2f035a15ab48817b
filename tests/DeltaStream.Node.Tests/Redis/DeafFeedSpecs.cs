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
        await using var subscription = await new RedisFeed(RedisBackend.Settings, url, TimeProvider.System, _ => { }).SubscribeAsync(default);
        server.Pause();
        try
        {
            var end = await Assert.ThrowsAsync<FeedUnavailableException>(
                () => subscription.Messages.Completion.WaitAsync(TimeSpan.FromSeconds(15)));
            Assert.Contains("delivered nothing", end.Message);
        }
        finally
        {
            server.Resume();
        }
    }

    [Fact]
    public async Task What_a_full_intake_loses_is_the_oldest_and_is_told()
    {
        await using var server = await RedisServer.StartAsync();
        var url = new Node.Settings.RedisUrl("127.0.0.1", server.Port, false, null, null, 0);
        var lost = 0;
        var settings = RedisBackend.Settings with { IntakeCapacity = 64 };
        await using var subscription = await new RedisFeed(settings, url, TimeProvider.System, _ => Interlocked.Increment(ref lost)).SubscribeAsync(default);
        await using var producer = await RespConnection.OpenAsync(server.Port);
        for (var i = 1; i <= 100; i++) await producer.ExecuteAsync("PUBLISH", "enriched:underlying", $"{i}");

        await Eventually.True(() => Volatile.Read(ref lost) == 36, "36 of 100 messages are lost");
        Assert.True(subscription.Messages.TryRead(out var first));
        Assert.Equal("37", System.Text.Encoding.UTF8.GetString(first.Payload.Span));
    }
}
