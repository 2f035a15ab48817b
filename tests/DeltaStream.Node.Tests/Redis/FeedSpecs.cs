using System.Text;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;

namespace DeltaStream.Node.Tests.Redis;

public sealed class FeedOnRedisServerSpecs(RedisServerBackend backend) : FeedSpecs<RedisServerBackend>(backend);

public sealed class FeedOnEmbeddedServerSpecs(EmbeddedBackend backend) : FeedSpecs<EmbeddedBackend>(backend);

/// <summary>What a subscription delivers, and how it ends, on each server.</summary>
public abstract class FeedSpecs<TBackend>(TBackend backend) : IClassFixture<TBackend>
    where TBackend : RedisBackend
{
    private static readonly TimeSpan Patience = TestSupport.Patience.ForSeconds(15);

    private RedisFeed Feed => new(RedisBackend.Settings, RedisBackend.DialerOf(backend.Url), new RedisClock(TimeProvider.System));

    [Fact]
    public async Task Every_message_of_both_channels_comes_once_in_order_byte_for_byte()
    {
        await using var subscription = await Listening.ToAsync(Feed);
        var sent = Enumerable.Range(0, 200)
            .Select(i => (Channel: i % 3 == 0 ? "enriched:option_chain" : "enriched:underlying", Payload: $"{{\"n\": {i}.50, \"ü\":\"\\u00fc\"}}"))
            .ToArray();
        foreach (var (channel, payload) in sent) await backend.ExecuteAsync("PUBLISH", channel, payload);
        await backend.ExecuteAsync("PUBLISH", "other:channel", "not ours");
        await backend.ExecuteAsync("PUBLISH", "enriched:last", "end");

        // By the clock of Redis, which this process knows to a few milliseconds.
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var received = await ReadAsync(subscription, sent.Length + 1);
        Assert.Equal([.. sent, ("enriched:last", "end")], received.Select(m => (m.Channel, Encoding.UTF8.GetString(m.Payload.Span))));
        Assert.All(received, m => Assert.InRange(m.ReceivedAt / 1000, now - 60_000, now + 60_000));
    }

    [Fact]
    public async Task A_chain_of_a_megabyte_comes_whole()
    {
        await using var subscription = await Listening.ToAsync(Feed);
        var payload = new string('x', 1_000_000);
        await backend.ExecuteAsync("PUBLISH", "enriched:option_chain", payload);
        Assert.Equal(payload, Encoding.UTF8.GetString((await ReadAsync(subscription, 1))[0].Payload.Span));
    }

    [Fact]
    public async Task A_quiet_feed_stays_subscribed()
    {
        await using var subscription = await Listening.ToAsync(Feed);
        // Far longer than the echo may take: what keeps the subscription is its own echo.
        await Assert.ThrowsAsync<TimeoutException>(() => subscription.Ended.WaitAsync(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_server_that_goes_away_ends_the_subscription_and_a_new_one_works_when_it_is_back()
    {
        await using var subscription = await Listening.ToAsync(Feed);
        await backend.StopAsync();
        await Assert.ThrowsAsync<FeedUnavailableException>(() => subscription.Ended.WaitAsync(Patience));
        await Assert.ThrowsAsync<FeedUnavailableException>(() => Listening.ToAsync(Feed));

        await backend.RestartEmptyAsync();
        await using var again = await Listening.ToAsync(Feed);
        await backend.ExecuteAsync("PUBLISH", "enriched:underlying", "{}");
        Assert.Single(await ReadAsync(again, 1));
    }

    [Fact]
    public async Task A_receiver_that_fails_ends_the_subscription_with_the_reason()
    {
        await using var subscription = await Listening.ToAsync(Feed, _ => throw new InvalidOperationException("a defect"));
        await backend.ExecuteAsync("PUBLISH", "enriched:underlying", "{}");
        Assert.Equal("a defect", (await Assert.ThrowsAsync<InvalidOperationException>(() => subscription.Ended.WaitAsync(Patience))).Message);
    }

    private static async Task<List<FeedMessage>> ReadAsync(Listening subscription, int count)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var messages = new List<FeedMessage>();
        while (messages.Count < count) messages.Add(await subscription.Messages.ReadAsync(timeout.Token));
        return messages;
    }
}
