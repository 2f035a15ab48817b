using System.Net;
using System.Net.Sockets;
using System.Text;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Settings;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>A login that Redis refuses, where it would let anybody in: its <c>default</c> user is open.</summary>
public sealed class LoginSpecs
{
    private const string Password = "s3cret/p@ss";

    [Fact]
    public async Task A_refused_login_is_logged_once_and_the_node_works_as_no_other_user()
    {
        await using var redis = await RedisServer.StartAsync();
        await AllowAsync(redis, "another");
        await using var node = await NodeProcess.Start(("REDIS_URL", Url(redis)), ("DEMO_FEED", "on"), ("LOG_LEVEL", "debug")).ReadyAsync();
        await Eventually.True(() => Said(node, "redis_login_refused") == 1, "it is said");
        await Eventually.True(() => node.Log.Contains("redis_listener_error", StringComparison.Ordinal), "the listener says it as well");
        await Eventually.True(async () => await node.HealthAsync("problems") == """["redis_login_refused"]""", "it is a problem");
        Assert.Equal("degraded", await node.HealthAsync("status"));
        Assert.Equal("down", await node.HealthAsync("listener"));
        await NobodyIsThereAsync(redis);
        Assert.Equal("0", await redis.ExecuteAsync("DBSIZE"));

        // The user gets the password that the node has.
        await AllowAsync(redis, Password);
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy", TimeSpan.FromSeconds(30));
        Assert.Equal(1, Said(node, "redis_login_accepted"));

        // And loses it again while it is connected: it does not come back as somebody else.
        await redis.ExecuteAsync("ACL", "DELUSER", "gateway");
        await redis.ExecuteAsync("CONFIG", "RESETSTAT");
        await Eventually.True(() => Said(node, "redis_login_refused") == 2, "it is said again");
        await Eventually.True(async () => await node.HealthAsync("feed") == "down", "the feed is down");
        await NobodyIsThereAsync(redis);
        Assert.Equal(2, Said(node, "redis_login_refused"));
        Assert.DoesNotContain(Password, node.Log);
    }

    [Theory]
    [InlineData(null, Password, "Redis refused the login: ERR ")]
    [InlineData("nobody", Password, "Redis refused the login: WRONGPASS ")]
    [InlineData("nobody", null, "Redis refused the login: WRONGPASS ")]
    public async Task Each_kind_of_login_that_an_open_Redis_refuses_is_refused_by_the_node_too(string? user, string? password, string reason)
    {
        await using var redis = await RedisServer.StartAsync();
        var url = new RedisUrl("127.0.0.1", redis.Port, false, user, password, 0);
        var problems = new NodeProblems();
        var dialer = RedisBackend.DialerOf(url, problems);
        await using var connection = new RedisConnection(dialer);
        await Assert.ThrowsAsync<FeedUnavailableException>(() => connection.PublishAsync("enriched:underlying", "{}"u8.ToArray(), default));
        var feed = new RedisFeed(RedisBackend.Settings, dialer, new RedisClock(TimeProvider.System));
        var subscription = await Assert.ThrowsAsync<FeedUnavailableException>(() => Listening.ToAsync(feed));
        Assert.StartsWith(reason, subscription.Message);
        var problem = Assert.Single(problems.Current);
        Assert.Equal(Problem.RedisLoginRefused, problem.Key);
        Assert.StartsWith(reason, problem.Value);
        await NobodyIsThereAsync(redis);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-ERR ")]
    public async Task A_server_that_repeats_the_login_puts_no_password_into_a_message(string before)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var repeating = RepeatAsync();
        var url = new RedisUrl("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, false, "gateway", Password, 0);
        var feed = new RedisFeed(RedisBackend.Settings, RedisBackend.DialerOf(url), new RedisClock(TimeProvider.System));
        var failure = await Assert.ThrowsAsync<FeedUnavailableException>(() => Listening.ToAsync(feed));
        Assert.Matches("^(no connection to Redis|Redis refused: ERR PING)", failure.Message);
        Assert.DoesNotContain(Password, failure.ToString());
        listener.Stop();
        await repeating;

        async Task RepeatAsync()
        {
            try
            {
                while (true)
                {
                    using var socket = await listener.AcceptSocketAsync();
                    var said = new byte[512];
                    var length = await socket.ReceiveAsync(said);
                    await socket.SendAsync(Encoding.UTF8.GetBytes(before + Encoding.UTF8.GetString(said, 0, length).Replace("\r\n", " ") + "\r\n"));
                }
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                // The test is over, and nobody listens any more.
            }
        }
    }

    private static string Url(RedisServer redis) => $"redis://gateway:{Uri.EscapeDataString(Password)}@127.0.0.1:{redis.Port}";

    private static Task<string> AllowAsync(RedisServer redis, string password) =>
        redis.ExecuteAsync("ACL", "SETUSER", "gateway", "on", "resetpass", ">" + password, "~*", "&*", "+@all");

    private static int Said(NodeProcess node, string what) => node.Lines.Count(line => line.Contains($"\"event\":\"{what}\"", StringComparison.Ordinal));

    /// <summary>No subscription, and no command but those of a handshake.</summary>
    private static async Task NobodyIsThereAsync(RedisServer redis)
    {
        Assert.Equal("0", await redis.ExecuteAsync("PUBSUB", "NUMPAT"));
        var used = await redis.ExecuteAsync("INFO", "commandstats");
        foreach (var command in new[] { "eval", "get", "set", "zadd", "mget", "publish", "subscribe", "psubscribe" })
            Assert.DoesNotContain($"cmdstat_{command}:", used);
    }
}
