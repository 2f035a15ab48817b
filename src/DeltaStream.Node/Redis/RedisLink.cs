using System.Net;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Connections of the client library whose logins have been checked: to one server, or to the nodes of a Redis Cluster. A link
/// lives as long as its connections; <see cref="RedisDialer"/> makes a new one.
/// </summary>
internal sealed class RedisLink : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _multiplexer;
    private int _isLost;

    private RedisLink(ConnectionMultiplexer multiplexer, SocketGate gate)
    {
        _multiplexer = multiplexer;
        IsCluster = Servers.Any(server => server.ServerType == ServerType.Cluster);
        IsReplica = !IsCluster && Servers.All(server => server.IsReplica);
        multiplexer.ConnectionFailed += (_, failure) => Fail(failure.EndPoint, failure.FailureType.ToString());
        if (IsCluster) gate.Discovered = () => Fail(null, "new node");
    }

    /// <summary>Called when a connection is lost, with its server; without a server when the library has discovered a new one.</summary>
    public event Action<EndPoint?, string>? Failed;

    public IDatabase Database => _multiplexer.GetDatabase();

    public ISubscriber Subscriber => _multiplexer.GetSubscriber();

    /// <summary>The servers to which the link is connected.</summary>
    public IEnumerable<IServer> Servers => _multiplexer.GetServers().Where(server => server.IsConnected);

    public bool IsCluster { get; }

    /// <summary>True if the link leads to one server, and that server was a replica when the link was made.</summary>
    public bool IsReplica { get; }

    /// <summary>True after the loss of a connection.</summary>
    public bool IsLost => Volatile.Read(ref _isLost) != 0 || !_multiplexer.IsConnected;

    /// <summary>Names the server; the nodes of a cluster have one name together.</summary>
    public string Address { get; init; } = "";

    /// <summary>Cancelled when the node has found another primary.</summary>
    public CancellationToken Moved { get; set; }

    /// <summary>Connects, or throws.</summary>
    public static async Task<RedisLink> OpenAsync(ConfigurationOptions options, string address, CancellationToken stop)
    {
        var gate = new SocketGate();
        options.BeforeSocketConnect = (endPoint, type, _) => gate.Check(endPoint, type);
        var connecting = ConnectionMultiplexer.ConnectAsync(options);
        try
        {
            var multiplexer = await connecting.WaitAsync(stop);
            gate.Close();
            return new RedisLink(multiplexer, gate) { Address = address };
        }
        catch (OperationCanceledException)
        {
            _ = DisposeLateAsync(connecting);
            throw;
        }
    }

    /// <summary>Whether the server is a replica now. False if it does not say: a lost connection shows in other ways.</summary>
    public async Task<bool> IsDemotedAsync()
    {
        try
        {
            return Servers.FirstOrDefault() is { } server
                && (await server.ExecuteAsync("INFO", "replication")).ToString().Contains("role:slave", StringComparison.Ordinal);
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Does not wait for commands: after a connection loss they get no reply.
            await _multiplexer.CloseAsync(allowCommandsToComplete: false);
            await _multiplexer.DisposeAsync();
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            // The connection is down in either case.
        }
    }

    private static async Task DisposeLateAsync(Task<ConnectionMultiplexer> connecting)
    {
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting.IsCompletedSuccessfully) await connecting.Result.DisposeAsync();
    }

    private void Fail(EndPoint? endPoint, string reason)
    {
        if (!IsCluster) Volatile.Write(ref _isLost, 1);
        Failed?.Invoke(endPoint, reason);
    }
}
