using DeltaStream.Actors.Clocks;
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
}
