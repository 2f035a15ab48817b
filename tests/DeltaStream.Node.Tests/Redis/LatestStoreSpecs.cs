using System.IO.Hashing;
using System.Text;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Redis;

public sealed class LatestStoreOnRedisServerSpecs(RedisServerBackend backend) : LatestStoreSpecs<RedisServerBackend>(backend);

public sealed class LatestStoreOnEmbeddedServerSpecs(EmbeddedBackend backend) : LatestStoreSpecs<EmbeddedBackend>(backend);

/// <summary>The platform's keys, the fence around them and what a foreign writer does to them, on each server.</summary>
public abstract class LatestStoreSpecs<TBackend>(TBackend backend) : IClassFixture<TBackend>, IAsyncLifetime
    where TBackend : RedisBackend
{
    private const string Foreign = """{"product":"NIFTY","price":1,"timestamp":"2026-11-24T09:15:00"}""";

    private static readonly ConflationKey Nifty = ConflationKey.Underlying("NIFTY");
    private static readonly ConflationKey Near = ConflationKey.Chain("NIFTY", "2026-11-26");
    private static readonly ConflationKey Far = ConflationKey.Chain("NIFTY", "2026-12-31");

    private readonly RedisConnection _connection = backend.Connect();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    private RedisLatestStore Store => new(_connection, 1_048_576, Clock());

    public async Task InitializeAsync() => await backend.ExecuteAsync("FLUSHALL");

    public async Task DisposeAsync() => await _connection.DisposeAsync();

    [Fact]
    public async Task An_underlying_is_stored_under_the_platforms_key_for_60_seconds_byte_for_byte()
    {
        Assert.True(await Store.WriteAsync([Update(Nifty, 1, 1, "{\"price\": 1.50, \"ü\":1}")], default));
        Assert.Equal("{\"price\": 1.50, \"ü\":1}", await backend.ExecuteAsync("GET", "latest:underlying:NIFTY"));
        Assert.InRange(await TtlAsync("latest:underlying:NIFTY"), 58, 60);
    }

    [Fact]
    public async Task A_chain_is_stored_under_its_expiry_and_as_the_newest_of_its_product()
    {
        await Store.WriteAsync([Update(Near, 1, 1, "{\"e\":1}"), Update(Far, 1, 2, "{\"e\":2}")], default);
        Assert.Equal("{\"e\":1}", await backend.ExecuteAsync("GET", "latest:chain:NIFTY:2026-11-26"));
        Assert.Equal("{\"e\":2}", await backend.ExecuteAsync("GET", "latest:chain:NIFTY:2026-12-31"));
        Assert.Equal("{\"e\":2}", await backend.ExecuteAsync("GET", "latest:chain:NIFTY"));
        Assert.InRange(await TtlAsync("latest:chain:NIFTY"), 58, 60);
    }

    [Fact]
    public async Task A_markets_status_is_stored_and_listed_for_a_week()
    {
        var status = ConflationKey.MarketStatus("NSE");
        await Store.WriteAsync([Update(status, 1, 1, "{\"market\":\"NSE\",\"status\":\"open\"}"), Update(Nifty, 1, 2, "{}")], default);
        Assert.InRange(await TtlAsync("latest:market_status:NSE"), 604_790, 604_800);
        _time.Advance(TimeSpan.FromDays(6));
        Assert.Equal(status, Assert.Single(await Store.ReadIndexAsync(default)).Key);
        Assert.Equal(new Position(1, 1), Assert.Single(await Store.ReadAsync([status], default)).Position);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await Store.ReadIndexAsync(default));
    }

    [Theory]
    [InlineData("NSE:NIFTY50-INDEX")]
    [InlineData("^=|+#@$%()'!~ 1")]
    [InlineData("日経225")]
    [InlineData("chain:A:2026-11-26:B")]
    public async Task A_symbol_of_any_vendor_comes_back_from_index_and_value(string symbol)
    {
        var keys = new[] { ConflationKey.Underlying(symbol), ConflationKey.Chain(symbol, "2026-11-26"), ConflationKey.MarketStatus(symbol) };
        await Store.WriteAsync([.. keys.Select((key, place) => Update(key, 1, place + 1, "{}"))], default);
        Assert.Equal("{}", await backend.ExecuteAsync("GET", $"latest:chain:{symbol}:2026-11-26"));
        Assert.Equal(keys.ToHashSet(), (await Store.ReadIndexAsync(default)).Select(entry => entry.Key).ToHashSet());
        Assert.Equal(keys, (await Store.ReadAsync(keys, default)).Select(update => update.Key));
    }

    [Fact]
    public async Task An_older_value_is_stored_for_its_remaining_life_and_an_expired_one_is_not_written()
    {
        Assert.True(await Store.WriteAsync([Update(Nifty, 1, 1, "{}", age: 45), Update(Near, 1, 2, "{}", age: 60)], default));
        Assert.InRange(await TtlAsync("latest:underlying:NIFTY"), 13, 15);
        Assert.Equal("0", await backend.ExecuteAsync("EXISTS", "latest:chain:NIFTY:2026-11-26"));
    }

    [Fact]
    public async Task A_value_comes_back_with_its_position()
    {
        var written = Update(Nifty, 7, 9, "{\"price\":1}");
        await Store.WriteAsync([written], default);
        var read = Assert.Single(await Store.ReadAsync([Nifty, Near], default));
        Assert.Equal((Nifty, new Position(7, 9), written.ReceivedAt, written.Hash), (read.Key, read.Position, read.ReceivedAt, read.Hash));
        Assert.Equal(MarketEvent.UnderlyingUpdate, read.Event);
        Assert.Equal("{\"price\":1}", Encoding.UTF8.GetString(read.Payload.Span));
    }

    [Fact]
    public async Task A_lower_epoch_is_refused_if_the_stored_value_has_a_higher_one()
    {
        await Store.WriteAsync([Update(Nifty, 8, 1, "{\"new\":1}")], default);
        Assert.False(await Store.WriteAsync([Update(Nifty, 7, 99, "{\"old\":1}"), Update(Near, 7, 100, "{}")], default));
        Assert.Equal("{\"new\":1}", await backend.ExecuteAsync("GET", "latest:underlying:NIFTY"));
    }

    [Fact]
    public async Task A_store_that_came_back_empty_accepts_values_of_earlier_epochs_although_a_new_one_was_granted()
    {
        await backend.ExecuteAsync("SET", "deltastream:epoch:{deltastream:bridge:lease}", "9");
        Assert.True(await Store.WriteAsync([Update(Nifty, 7, 1, "{}"), Update(Near, 8, 1, "{}")], default));
        Assert.Equal([new Position(7, 1), new Position(8, 1)], (await Store.ReadAsync([Nifty, Near], default)).Select(update => update.Position));
    }

    [Fact]
    public async Task A_new_epoch_starts_its_sequence_again()
    {
        await Store.WriteAsync([Update(Nifty, 7, 1_000, "{\"old\":1}")], default);
        Assert.True(await Store.WriteAsync([Update(Nifty, 8, 1, "{\"new\":1}")], default));
        Assert.Equal("{\"new\":1}", await backend.ExecuteAsync("GET", "latest:underlying:NIFTY"));
    }

    [Fact]
    public async Task An_earlier_sequence_of_the_same_epoch_changes_nothing_and_is_not_refused()
    {
        await Store.WriteAsync([Update(Nifty, 7, 2, "{\"new\":1}")], default);
        Assert.True(await Store.WriteAsync([Update(Nifty, 7, 1, "{\"old\":1}")], default));
        Assert.Equal("{\"new\":1}", await backend.ExecuteAsync("GET", "latest:underlying:NIFTY"));
    }

    [Fact]
    public async Task After_a_flush_everything_can_be_written_again()
    {
        var update = Update(Near, 7, 2, "{}");
        await Store.WriteAsync([update], default);
        await backend.ExecuteAsync("FLUSHALL");
        Assert.Empty(await Store.ReadAsync([Near], default));
        Assert.Empty(await Store.ReadIndexAsync(default));
        Assert.True(await Store.WriteAsync([update], default));
        Assert.Single(await Store.ReadAsync([Near], default));
        Assert.Single(await Store.ReadIndexAsync(default));
    }

    [Fact]
    public async Task A_value_of_another_program_has_no_position_and_its_age_follows_from_its_time_to_live()
    {
        await Store.WriteAsync([Update(Nifty, 7, 2, "{\"ours\":1}")], default);
        await backend.ExecuteAsync("SETEX", "latest:underlying:NIFTY", "20", Foreign);
        var read = Assert.Single(await Store.ReadAsync([Nifty], default));
        Assert.Equal(Position.None, read.Position);
        Assert.Equal(Foreign, Encoding.UTF8.GetString(read.Payload.Span));
        var age = _time.GetUtcNow().ToUnixTimeMilliseconds() - (read.ReceivedAt / 1000);
        Assert.InRange(age, 38_000, 42_000);
    }

    [Fact]
    public async Task The_same_bytes_from_another_program_change_nothing()
    {
        await Store.WriteAsync([Update(Nifty, 7, 2, "{\"same\":1}")], default);
        await backend.ExecuteAsync("SETEX", "latest:underlying:NIFTY", "60", "{\"same\":1}");
        Assert.Equal(new Position(7, 2), Assert.Single(await Store.ReadAsync([Nifty], default)).Position);
    }

    [Theory]
    [InlineData("{\"price\":1}")]
    [InlineData("not json")]
    [InlineData("{\"product\":\"BANKNIFTY\",\"price\":1,\"timestamp\":\"2026-11-24T09:15:00\"}")]
    public async Task A_value_of_another_program_that_the_feed_would_skip_is_skipped(string value)
    {
        await backend.ExecuteAsync("SETEX", "latest:underlying:NIFTY", "60", value);
        Assert.Empty(await Store.ReadAsync([Nifty], default));
    }

    [Fact]
    public async Task A_value_of_another_program_that_never_expires_is_not_live()
    {
        await backend.ExecuteAsync("SET", "latest:underlying:NIFTY", Foreign);
        Assert.Empty(await Store.ReadAsync([Nifty], default));
    }

    [Fact]
    public async Task A_malformed_position_does_not_count()
    {
        await Store.WriteAsync([Update(Nifty, 7, 2, Foreign)], default);
        await backend.ExecuteAsync("SET", "deltastream:position:{latest:underlying:NIFTY}", "garbage");
        Assert.Equal(Position.None, Assert.Single(await Store.ReadAsync([Nifty], default)).Position);
        Assert.True(await Store.WriteAsync([Update(Nifty, 7, 3, "{}")], default));
        Assert.Equal(new Position(7, 3), Assert.Single(await Store.ReadAsync([Nifty], default)).Position);
    }

    [Fact]
    public async Task The_index_lists_the_keys_received_in_the_last_60_seconds()
    {
        await Store.WriteAsync([Update(Nifty, 1, 1, "{}", age: 50), Update(Near, 1, 2, "{}")], default);
        Assert.Equal([Nifty, Near], (await Store.ReadIndexAsync(default)).Select(entry => entry.Key));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Near, Assert.Single(await Store.ReadIndexAsync(default)).Key);
        _time.Advance(TimeSpan.FromSeconds(45));
        await Store.WriteAsync([Update(Far, 1, 3, "{}")], default);
        Assert.Equal("chain:NIFTY:2026-11-26\nchain:NIFTY:2026-12-31", await backend.ExecuteAsync("ZRANGE", "deltastream:index", "0", "-1"));
    }

    [Fact]
    public async Task Index_members_of_another_program_are_skipped()
    {
        await backend.ExecuteAsync("ZADD", "deltastream:index", $"{_time.GetUtcNow().ToUnixTimeMilliseconds()}", "chain:NIFTY:someday");
        Assert.Empty(await Store.ReadIndexAsync(default));
    }

    [Fact]
    public async Task More_values_than_one_call_holds_are_all_written_and_read()
    {
        var keys = Enumerable.Range(0, 300).Select(i => ConflationKey.Underlying($"P{i}")).ToArray();
        Assert.True(await Store.WriteAsync(keys.Select((key, i) => Update(key, 1, i + 1, $"{{\"price\":{i}}}")).ToArray(), default));
        var read = await Store.ReadAsync(keys, default);
        Assert.Equal(keys, read.Select(update => update.Key));
        Assert.Equal(300, (await Store.ReadIndexAsync(default)).Count);
    }

    /// <summary>A clock that has been set: Redis's time is the virtual time.</summary>
    private RedisClock Clock()
    {
        var clock = new RedisClock(_time);
        clock.Told(_time.Elapsed(), _time.GetUtcNow(), _time.Elapsed());
        return clock;
    }

    private MarketUpdate Update(ConflationKey key, long epoch, long sequence, string json, int age = 0)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var receivedAt = (_time.GetUtcNow().ToUnixTimeMilliseconds() - (age * 1000L)) * 1000;
        return new MarketUpdate(key.Event, key, new Position(epoch, sequence), bytes, XxHash3.HashToUInt64(bytes), receivedAt);
    }

    private async Task<int> TtlAsync(string key) => int.Parse(await backend.ExecuteAsync("TTL", key));
}
