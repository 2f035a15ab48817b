using DeltaStream.Actors.Telemetry;
using DeltaStream.Demo.Embedded;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Settings;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>What a node may find behind its Redis ports: a real redis-server, or the embedded one.</summary>
public abstract class RedisBackend : IAsyncLifetime
{
    internal static readonly RedisSettings Settings = new(
        null, TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500));

    public abstract int Port { get; }

    internal RedisUrl Url => new("127.0.0.1", Port, false, null, null, 0);

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    /// <summary>Ends the server and starts it again on its port with nothing in it.</summary>
    public abstract Task RestartEmptyAsync();

    /// <summary>Ends the server.</summary>
    public abstract Task StopAsync();

    /// <summary>What connects to an address.</summary>
    internal static RedisDialer DialerOf(RedisUrl url, NodeProblems? problems = null, RedisSettings? settings = null) =>
        new(settings ?? Settings, url, new RedisLoginCheck(problems ?? new NodeProblems(), NullLogger<RedisLoginCheck>.Instance));

    internal RedisConnection Connect() => new(DialerOf(Url));

    public async Task<string> ExecuteAsync(params string[] command)
    {
        await using var connection = await RespConnection.OpenAsync(Port);
        return await connection.ExecuteAsync(command);
    }
}

/// <summary>A real redis-server.</summary>
public sealed class RedisServerBackend : RedisBackend
{
    private readonly RedisServer _server = RedisServer.NotStarted();

    public override int Port => _server.Port;

    public override Task InitializeAsync() => _server.StartAgainAsync();

    public override Task DisposeAsync() => _server.KillAsync();

    public override Task StopAsync() => _server.KillAsync();

    public override async Task RestartEmptyAsync()
    {
        await _server.KillAsync();
        await _server.StartAgainAsync();
    }
}

/// <summary>The embedded server.</summary>
public sealed class EmbeddedBackend : RedisBackend
{
    private readonly int _port = FreePort.Next();
    private EmbeddedRedis? _server;

    public override int Port => _port;

    public override Task InitializeAsync()
    {
        _server = EmbeddedRedis.Start(_port);
        return Task.CompletedTask;
    }

    public override Task DisposeAsync()
    {
        _server?.Dispose();
        _server = null;
        return Task.CompletedTask;
    }

    public override Task StopAsync() => DisposeAsync();

    public override async Task RestartEmptyAsync()
    {
        await DisposeAsync();
        await InitializeAsync();
    }
}
