using System.Net;
using System.Net.Sockets;
using DeltaStream.Demo.Embedded;
using DeltaStream.TestSupport;
using StackExchange.Redis;

namespace DeltaStream.Demo.Tests.Embedded;

/// <summary>What the gateway needs of Redis, asked of the embedded server by the client that the gateway uses.</summary>
public sealed class EmbeddedRedisSpecs : IAsyncLifetime
{
    private readonly EmbeddedRedis _redis = EmbeddedRedis.Start(EmbeddedRedis.AnyPort);
    private ConnectionMultiplexer _connection = null!;

    private IDatabase Db => _connection.GetDatabase();

    public async Task InitializeAsync() => _connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_redis.Port}");

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        _redis.Dispose();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(56 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task A_pattern_subscriber_gets_a_message_of_any_size_byte_for_byte(int size)
    {
        var messages = await _connection.GetSubscriber().SubscribeAsync(RedisChannel.Pattern("enriched:*"));
        var payload = new byte[size];
        new Random(size).NextBytes(payload);

        await Db.PublishAsync(RedisChannel.Literal("other:option_chain"), payload);
        await Db.PublishAsync(RedisChannel.Literal("enriched:option_chain"), payload);

        var message = await messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("enriched:option_chain", message.Channel);
        Assert.Equal(payload, (byte[]?)message.Message);
    }

    [Fact]
    public async Task Messages_of_one_publisher_arrive_in_order()
    {
        const int count = 2000;
        var messages = await _connection.GetSubscriber().SubscribeAsync(RedisChannel.Pattern("enriched:*"));

        for (var i = 0; i < count; i++)
            Db.Publish(RedisChannel.Literal("enriched:underlying"), i, CommandFlags.FireAndForget);

        for (var i = 0; i < count; i++)
            Assert.Equal(i, (int)(await messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10))).Message);
    }

    [Fact]
    public async Task SETEX_keeps_the_bytes_and_the_time_to_live()
    {
        var payload = new byte[56 * 1024];
        Random.Shared.NextBytes(payload);

        await Db.ExecuteAsync("SETEX", "latest:chain:NIFTY:2026-11-26", 60, payload);

        Assert.Equal(payload, (byte[]?)await Db.StringGetAsync("latest:chain:NIFTY:2026-11-26"));
        Assert.InRange((await Db.KeyTimeToLiveAsync("latest:chain:NIFTY:2026-11-26"))!.Value.TotalSeconds, 50, 60);
    }

    [Fact]
    public async Task A_key_is_gone_when_its_time_is_over()
    {
        await Db.ExecuteAsync("SET", "lease", "a", "PX", 40, "NX");

        await Eventually.True(async () => !await Db.KeyExistsAsync("lease"), "the lease expires");
        Assert.True(await Db.StringSetAsync("lease", "b", TimeSpan.FromSeconds(5), When.NotExists));
        Assert.False(await Db.StringSetAsync("lease", "c", TimeSpan.FromSeconds(5), When.NotExists));
    }

    [Fact]
    public async Task A_script_works_on_strings_hashes_and_sorted_sets_in_one_step()
    {
        const string script = """
            redis.call('SETEX', KEYS[1], 60, ARGV[1])
            redis.call('HSET', KEYS[2], 'epoch', ARGV[2])
            redis.call('ZADD', KEYS[3], ARGV[2], 'NIFTY')
            return {redis.call('GET', KEYS[1]), redis.call('HGET', KEYS[2], 'epoch'), redis.call('ZSCORE', KEYS[3], 'NIFTY')}
            """;

        var first = (string[])(await Db.ScriptEvaluateAsync(script, ["value", "place", "index"], ["x", 7]))!;
        var again = (string[])(await Db.ScriptEvaluateAsync(script, ["value", "place", "index"], ["y", 8]))!;

        Assert.Equal(["x", "7", "7"], first);
        Assert.Equal(["y", "8", "8"], again);
    }

    [Fact]
    public async Task A_loaded_script_is_called_by_its_hash()
    {
        var sha = (string?)await Db.ExecuteAsync("SCRIPT", "LOAD", "return redis.call('INCRBY', KEYS[1], ARGV[1])");

        Assert.Equal(5, (long)await Db.ExecuteAsync("EVALSHA", sha!, 1, "count", 5));
        Assert.Equal(10, (long)await Db.ExecuteAsync("EVALSHA", sha!, 1, "count", 5));
    }

    [Fact]
    public async Task A_script_that_never_ends_is_stopped()
    {
        var error = await Assert.ThrowsAsync<RedisServerException>(
            () => Db.ExecuteAsync("EVAL", "while true do end", 0));

        Assert.NotEmpty(error.Message);
        Assert.True(await Db.StringSetAsync("still", "there"));
    }

    [Fact]
    public async Task A_sorted_set_is_read_and_trimmed_by_score()
    {
        await Db.SortedSetAddAsync("live", [new("old", 1), new("new", 100), new("newer", 101)]);

        Assert.Equal<RedisValue[]>(["new", "newer"], await Db.SortedSetRangeByScoreAsync("live", 50));
        Assert.Equal(1, await Db.SortedSetRemoveRangeByScoreAsync("live", double.NegativeInfinity, 50));
        Assert.Equal(2, await Db.SortedSetLengthAsync("live"));
    }

    [Fact]
    public async Task A_plain_RESP_client_such_as_redis_cli_can_publish()
    {
        var messages = await _connection.GetSubscriber().SubscribeAsync(RedisChannel.Pattern("enriched:*"));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _redis.Port);

        await client.GetStream().WriteAsync("*3\r\n$7\r\nPUBLISH\r\n$19\r\nenriched:underlying\r\n$2\r\n{}\r\n"u8.ToArray());

        var reply = new byte[4];
        await client.GetStream().ReadExactlyAsync(reply);
        Assert.Equal(":1\r\n"u8, reply);
        Assert.Equal("{}", (await messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10))).Message);
    }
}
