using System.Text;
using DeltaStream.Actors.Clocks;
using DeltaStream.Node.Redis;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>Two installations on one Redis.</summary>
public sealed class ChannelPrefixSpecs
{
    [Fact]
    public async Task Each_installation_hears_its_own_channels_only()
    {
        await using var redis = await RedisServer.StartAsync();
        var url = new Node.Settings.RedisUrl("127.0.0.1", redis.Port, false, null, null, 1);
        await using var feed = new RedisFeed(RedisBackend.Settings with { ChannelPrefix = "eu:enriched:" }, RedisBackend.DialerOf(url), new RedisClock(TimeProvider.System));
        Assert.Equal("eu:enriched:*", feed.Channels);
        await using var subscription = await Listening.ToAsync(feed);
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", "other");
        await redis.ExecuteAsync("PUBLISH", "eu:enriched:underlying", "own");
        var message = await subscription.Messages.ReadAsync().AsTask().WaitAsync(Patience.ForSeconds(5));
        Assert.Equal(("enriched:underlying", "own"), (message.Channel, Encoding.UTF8.GetString(message.Payload.Span)));
    }

    [Fact]
    public async Task The_simulated_market_is_published_under_the_prefix()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(
            ("REDIS_URL", $"{redis.Url}/1"), ("deltastream__redis__channel-prefix", "eu:"), ("DEMO_FEED", "on")).ReadyAsync();
        await using var client = await TestClient.ConnectAsync(node);
        await client.ExpectAsync("underlying_update");
        Assert.Contains("\"pattern\":\"eu:*\"", node.Log);
    }
}
