using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Demo.Embedded;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Settings;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeltaStream.Simulator.Tests.Honesty;

/// <summary>The node's stores and feed on a real server.</summary>
internal abstract class RealRedis : RedisUnderTest
{
    private static readonly RedisSettings Settings = new(null, TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500));

    private readonly int _port;
    private readonly RedisConnection _connection;
    private readonly RedisClock _clock = new(TimeProvider.System);
    private readonly RedisFeed _feed;

    protected RealRedis(int port)
    {
        _port = port;
        _connection = new RedisConnection(Dialer(port));
        _feed = new RedisFeed(Settings, Dialer(port), _clock);
        Lease = new RedisLeaseStore(_connection, RedisKeys.BridgeLease, RedisKeys.BridgeEpoch);
        Latest = new RedisLatestStore(_connection, 1_000_000, _clock);
        Sessions = new RedisSessionStore(_connection);
    }

    public override ILeaseStore Lease { get; }

    public override ILatestStore Latest { get; }

    public override ISessionStore Sessions { get; }

    public override IFeed Feed => _feed;

    public override long Now => _clock.UnixMicroseconds();

    public override void Until(Func<bool> condition, string what) => Eventually.True(condition, what).GetAwaiter().GetResult();

    public override void Publish(string channel, string payload) => Execute("PUBLISH", channel, payload);

    public override void Flush() => Execute("FLUSHALL");

    public override void Dispose()
    {
        _feed.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _connection.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Stop();
    }

    protected string Execute(params string[] command)
    {
        return RunAsync().GetAwaiter().GetResult();

        async Task<string> RunAsync()
        {
            await using var connection = await RespConnection.OpenAsync(_port);
            return await connection.ExecuteAsync(command);
        }
    }

    private static RedisDialer Dialer(int port) =>
        new(Settings, new RedisUrl("127.0.0.1", port, false, null, null, 0), new RedisLoginCheck(new NodeProblems(), NullLogger<RedisLoginCheck>.Instance));
}

/// <summary>A redis-server.</summary>
internal sealed class RedisServerUnderTest : RealRedis
{
    private readonly RedisServer _server;

    private RedisServerUnderTest(RedisServer server) : base(server.Port) => _server = server;

    public static RedisServerUnderTest Start() => new(RedisServer.StartAsync().GetAwaiter().GetResult());

    public override void RefuseWrites(bool on) => Execute("CONFIG", "SET", "min-replicas-to-write", on ? "1" : "0");

    public override void Freeze() => _server.Pause();

    public override void Thaw() => _server.Resume();

    public override void Stop() => _server.KillAsync().GetAwaiter().GetResult();

    public override void StartEmpty() => _server.StartAgainAsync().GetAwaiter().GetResult();
}

/// <summary>The embedded server.</summary>
internal sealed class EmbeddedUnderTest : RealRedis
{
    private readonly int _port;
    private EmbeddedRedis? _server;

    private EmbeddedUnderTest(int port) : base(port)
    {
        _port = port;
        StartEmpty();
    }

    public static EmbeddedUnderTest Start() => new(FreePort.Next());

    public override bool CanRefuse => false;

    public override bool CanFreeze => false;

    public override void RefuseWrites(bool on) => throw new NotSupportedException();

    public override void Freeze() => throw new NotSupportedException();

    public override void Thaw() => throw new NotSupportedException();

    public override void Stop()
    {
        _server?.Dispose();
        _server = null;
    }

    public override void StartEmpty() => _server = EmbeddedRedis.Start(_port);
}
