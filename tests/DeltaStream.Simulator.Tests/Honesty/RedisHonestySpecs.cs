using System.IO.Hashing;
using System.Text;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Simulator.Tests.Honesty;

public sealed class TwinOfRedisSpecs : RedisHonestySpecs
{
    private protected override RedisUnderTest Start() => new TwinRedis();
}

public sealed class RedisServerSpecs : RedisHonestySpecs
{
    private protected override RedisUnderTest Start() => RedisServerUnderTest.Start();
}

public sealed class EmbeddedServerSpecs : RedisHonestySpecs
{
    private protected override RedisUnderTest Start() => EmbeddedUnderTest.Start();
}

/// <summary>What the simulation's twin of Redis and the real servers have in common: one set of scenarios runs over all of them.</summary>
public abstract class RedisHonestySpecs
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);
    private static readonly ConflationKey Key = ConflationKey.Underlying("NIFTY");
    private static readonly ConflationKey Other = ConflationKey.Underlying("GOLD");

    // The twin runs on one thread, so nothing may go on elsewhere.
    protected RedisHonestySpecs() => SynchronizationContext.SetSynchronizationContext(null);

    private protected abstract RedisUnderTest Start();

    [Fact]
    public void A_lease_belongs_to_one_owner_until_it_is_released_and_each_grant_has_a_higher_epoch()
    {
        using var redis = Start();
        var first = Acquire(redis, "a", Long).Grant!.Value;
        Assert.Equal(0, first.EpochBefore);
        var refused = Acquire(redis, "b", Long);
        Assert.Null(refused.Grant);
        Assert.InRange(refused.FreeIn, Long / 2, Long + TimeSpan.FromMilliseconds(1));
        Assert.Null(Acquire(redis, "a", Long).Grant);
        // Only its owner can release it, and only in its epoch.
        redis.Do(redis.Lease.ReleaseAsync("b", first.Epoch, default));
        redis.Do(redis.Lease.ReleaseAsync("a", first.Epoch - 1, default));
        Assert.Null(Acquire(redis, "b", Long).Grant);
        redis.Do(redis.Lease.ReleaseAsync("a", first.Epoch, default));
        var second = Acquire(redis, "b", Long, floor: first.Epoch + 1_000_000_000).Grant!.Value;
        Assert.Equal((first.Epoch + 1_000_000_001, first.Epoch), (second.Epoch, second.EpochBefore));
    }

    [Fact]
    public void An_expired_lease_is_renewed_unless_another_owner_was_granted_it()
    {
        using var redis = Start();
        var first = Acquire(redis, "a", Short).Grant!.Value.Epoch;
        PassTime(redis);
        Assert.Equal(LeaseRenewalResult.Renewed, Renew(redis, "a", first, Short).Result);
        Assert.Null(Acquire(redis, "b", Long).Grant);
        PassTime(redis);
        var second = Acquire(redis, "b", Long).Grant!.Value;
        Assert.Equal(first, second.EpochBefore);
        Assert.Equal(LeaseRenewalResult.Lost, Renew(redis, "a", first).Result);
        Assert.Equal(LeaseRenewalResult.Lost, Renew(redis, "a", second.Epoch).Result);
        Assert.Equal(LeaseRenewalResult.Renewed, Renew(redis, "b", second.Epoch).Result);

        static void PassTime(RedisUnderTest redis)
        {
            var end = redis.Now + (2 * (long)Short.TotalMicroseconds);
            redis.Until(() => redis.Now > end, "the lease expires");
        }
    }

    [Fact]
    public void After_a_flush_a_lease_is_lost_and_the_next_epoch_is_higher_all_the_same()
    {
        using var redis = Start();
        var first = Acquire(redis, "a", Long).Grant!.Value.Epoch;
        Assert.Equal(LeaseRenewalResult.Renewed, Renew(redis, "a", first).Result);
        // Its epoch is its time in milliseconds.
        redis.Get(redis.Latest.ReadIndexAsync(default));
        redis.Until(() => redis.Now / 1000 > first + 2, "time passes");
        redis.Flush();
        Assert.Equal(LeaseRenewalResult.Lost, Renew(redis, "a", first).Result);
        var (epoch, before) = Acquire(redis, "a", Long).Grant!.Value;
        Assert.True(epoch > first);
        Assert.Equal(0, before);
    }

    [Fact]
    public void A_Redis_that_refuses_writes_answers_reads_and_grants_and_renews_nothing()
    {
        using var redis = Start();
        if (!redis.CanRefuse) return;
        var epoch = Acquire(redis, "a", Long).Grant!.Value.Epoch;
        Assert.True(Write(redis, Price(redis, Key, 1, 1)));
        redis.RefuseWrites(true);
        var refused = Renew(redis, "a", epoch);
        Assert.Equal(LeaseRenewalResult.Refused, refused.Result);
        Assert.InRange(refused.ExpiresIn, Long / 2, Long);
        Assert.Equal(LeaseRenewalResult.Lost, Renew(redis, "b", epoch).Result);
        // A held lease is refused before anything would be written.
        Assert.Null(Acquire(redis, "b", Long).Grant);
        Assert.Throws<FeedUnavailableException>(() => Write(redis, Price(redis, Key, 1, 2)));
        Assert.Throws<FeedUnavailableException>(() => WriteSession(redis, "k", "a", SessionState.Open, "text"));
        Assert.Throws<FeedUnavailableException>(() => redis.Do(redis.Lease.ReleaseAsync("a", epoch, default)));
        Assert.Equal(new Position(1, 1), Assert.Single(Read(redis, Key)).Position);
        redis.RefuseWrites(false);
        Assert.Equal(LeaseRenewalResult.Renewed, Renew(redis, "a", epoch).Result);
        Assert.True(Write(redis, Price(redis, Key, 1, 2)));
    }

    [Fact]
    public void A_value_is_replaced_by_a_higher_position_only_and_a_lower_epoch_is_told()
    {
        using var redis = Start();
        Assert.True(Write(redis, Price(redis, Key, 2, 5)));
        // A late write of the same publisher does not count as a write of another publisher.
        Assert.True(Write(redis, Price(redis, Key, 2, 4)));
        Assert.Equal(new Position(2, 5), Assert.Single(Read(redis, Key)).Position);
        // One value is refused, and the others of the batch are written.
        Assert.False(Write(redis, Price(redis, Key, 1, 9), Price(redis, Other, 1, 10)));
        Assert.Equal([new(2, 5), new(1, 10)], Read(redis, Key, Other).Select(value => value.Position));
        Assert.True(Write(redis, Price(redis, Key, 3, 1)));
        Assert.Equal(new Position(3, 1), Assert.Single(Read(redis, Key)).Position);
    }

    [Fact]
    public void A_value_is_read_with_its_bytes_and_its_time_of_receipt_until_its_life_ends()
    {
        using var redis = Start();
        Write(redis, Price(redis, Other, 1, 1));
        var brief = Price(redis, Key, 1, 2, redis.Now - (long)Key.Kind.Life.TotalMicroseconds + 1_000_000);
        Write(redis, brief);
        var stored = Assert.Single(Read(redis, Key));
        Assert.Equal((brief.Hash, brief.ReceivedAt), (stored.Hash, stored.ReceivedAt));
        Assert.True(stored.Payload.Span.SequenceEqual(brief.Payload.Span));
        var entry = redis.Get(redis.Latest.ReadIndexAsync(default)).Single(entry => entry.Key == Key);
        // The index has milliseconds.
        Assert.InRange(entry.ReceivedAt - brief.ReceivedAt, -1_000, 1_000);
        redis.Until(() => Read(redis, Key).Count == 0, "the value's life ends");
        Assert.Equal([Other], redis.Get(redis.Latest.ReadIndexAsync(default)).Select(it => it.Key));
        // What was too old when it was written is not there either.
        Assert.True(Write(redis, Price(redis, Key, 1, 3, redis.Now - (long)Key.Kind.Life.TotalMicroseconds - 1)));
        Assert.Empty(Read(redis, Key));
    }

    [Fact]
    public void A_session_is_claimed_once_and_only_its_holder_writes_it()
    {
        using var redis = Start();
        Assert.Equal(SessionWriteResult.Missing, WriteSession(redis, "k", "a", SessionState.Open, null));
        Assert.Equal(default, Claim(redis, "k", "b"));
        Assert.Equal(SessionWriteResult.Done, WriteSession(redis, "k", "a", SessionState.Open, "one:c:two"));
        Assert.Equal(SessionWriteResult.Taken, WriteSession(redis, "k", "b", SessionState.Open, "other"));
        Assert.Equal(new SessionClaim("one:c:two", null), Claim(redis, "k", "b"));
        Assert.Equal(SessionWriteResult.Taken, WriteSession(redis, "k", "a", SessionState.Lost, "late"));
        Assert.Equal(new SessionClaim(null, "b"), Claim(redis, "k", "c"));
        Assert.Equal(new SessionClaim("one:c:two", null), Claim(redis, "k", "c", gone: "b"));
        Assert.Equal(SessionWriteResult.Done, WriteSession(redis, "k", "c", SessionState.Lost, null));
        // Prolonging does not change the state: it is still claimed.
        Assert.Equal(new SessionClaim(null, "c"), Claim(redis, "k", "d"));
        Assert.Equal(SessionWriteResult.Done, WriteSession(redis, "k", "c", SessionState.Lost, "last"));
        Assert.Equal(new SessionClaim("last", null), Claim(redis, "k", "d"));
        Assert.Equal(SessionWriteResult.Done, WriteSession(redis, "k", "d", SessionState.Left, null));
        Assert.Equal(default, Claim(redis, "k", "e"));
    }

    [Fact]
    public void A_session_ends_when_nobody_prolongs_it()
    {
        using var redis = Start();
        WriteSession(redis, "k", "a", SessionState.Open, "text", Short);
        WriteSession(redis, "long", "a", SessionState.Open, "text", Long);
        redis.Until(() => WriteSession(redis, "k", "b", SessionState.Open, "other", Short) == SessionWriteResult.Done, "the session ends");
        Assert.Equal("text", Claim(redis, "long", "b").Text);
    }

    [Fact]
    public void A_subscription_delivers_what_is_published_from_then_on_in_order_and_the_next_one_takes_its_place()
    {
        using var redis = Start();
        redis.Publish("enriched:underlying", "before");
        using var first = new Listener(redis);
        for (var i = 0; i < 20; i++) redis.Publish(i % 2 == 0 ? "enriched:underlying" : "enriched:option_chain", $"{i}");
        redis.Until(() => first.Count == 20, "the messages");
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{(i % 2 == 0 ? "enriched:underlying" : "enriched:option_chain")} {i}"), first.Messages);
    }

    [Fact]
    public void A_server_that_stops_ends_subscriptions_and_requests_and_comes_back_empty()
    {
        using var redis = Start();
        Acquire(redis, "a", Long);
        Write(redis, Price(redis, Key, 1, 1));
        using var listener = new Listener(redis);
        redis.Stop();
        redis.Until(() => listener.Ended.IsCompleted, "the subscription ends");
        Assert.IsType<FeedUnavailableException>(listener.Ended.Exception!.InnerException);
        Assert.Throws<FeedUnavailableException>(() => Acquire(redis, "a", Long));
        redis.StartEmpty();
        redis.Until(() => Try(() => Read(redis, Key).Count == 0), "it answers again, and is empty");
        Assert.NotNull(Acquire(redis, "b", Long).Grant);
        using var next = new Listener(redis);
        redis.Publish("enriched:underlying", "again");
        redis.Until(() => next.Count == 1, "the message");
        Assert.Equal(0, listener.Count);
    }

    [Fact]
    public void A_request_that_is_given_up_while_Redis_is_frozen_is_carried_out_afterwards()
    {
        using var redis = Start();
        if (!redis.CanFreeze) return;
        Assert.True(Write(redis, Price(redis, Key, 1, 1)));
        var given = Price(redis, Key, 1, 2);
        redis.Freeze();
        Assert.Throws<FeedUnavailableException>(() => Write(redis, given));
        redis.Thaw();
        redis.Until(() => Try(() => Assert.Single(Read(redis, Key)).Position == given.Position), "the write that was given up");
    }

    private static LeaseAnswer Acquire(RedisUnderTest redis, string owner, TimeSpan ttl, long floor = 0) => redis.Get(redis.Lease.TryAcquireAsync(owner, ttl, floor, default));

    private static LeaseRenewal Renew(RedisUnderTest redis, string owner, long epoch, TimeSpan? ttl = null) =>
        redis.Get(redis.Lease.RenewAsync(owner, epoch, ttl ?? Long, default));

    private static bool Write(RedisUnderTest redis, params MarketUpdate[] updates) => redis.Get(redis.Latest.WriteAsync(updates, default));

    private static IReadOnlyList<MarketUpdate> Read(RedisUnderTest redis, params ConflationKey[] keys) => redis.Get(redis.Latest.ReadAsync(keys, default));

    private static SessionWriteResult WriteSession(RedisUnderTest redis, string key, string holder, SessionState state, string? text, TimeSpan? life = null) =>
        Assert.Single(redis.Get(redis.Sessions.WriteAsync([new SessionWrite(key, holder, state, text)], life ?? Long, default)));

    private static SessionClaim Claim(RedisUnderTest redis, string key, string holder, string? gone = null) =>
        redis.Get(redis.Sessions.ClaimAsync(key, holder, gone, Long, default));

    private static bool Try(Func<bool> ask)
    {
        try
        {
            return ask();
        }
        catch (FeedUnavailableException)
        {
            return false;
        }
    }

    private static MarketUpdate Price(RedisUnderTest redis, ConflationKey key, long epoch, long sequence, long? receivedAt = null)
    {
        // The first request tells the node the server's time.
        if (receivedAt is null) redis.Get(redis.Latest.ReadIndexAsync(default));
        var payload = Encoding.UTF8.GetBytes($$"""{"product":"{{key.Symbol}}","price":{{sequence}},"timestamp":"2026-11-23T10:00:00"}""");
        return new(key.Kind.Update, key, new(epoch, sequence), payload, XxHash3.HashToUInt64(payload), receivedAt ?? redis.Now);
    }

    /// <summary>A subscription, once it is made.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly List<string> _messages = [];
        private readonly CancellationTokenSource _stop = new();

        public Listener(RedisUnderTest redis)
        {
            var subscribed = false;
            Ended = redis.Feed.ListenAsync(() => Volatile.Write(ref subscribed, true), Receive, _stop.Token);
            redis.Until(() => Volatile.Read(ref subscribed), "the subscription");
        }

        public Task Ended { get; }

        public int Count
        {
            get { lock (_messages) return _messages.Count; }
        }

        public IReadOnlyList<string> Messages
        {
            get { lock (_messages) return [.. _messages]; }
        }

        public void Dispose() => _stop.Cancel();

        private void Receive(FeedMessage message)
        {
            lock (_messages) _messages.Add($"{message.Channel} {Encoding.UTF8.GetString(message.Payload.Span)}");
        }
    }
}
