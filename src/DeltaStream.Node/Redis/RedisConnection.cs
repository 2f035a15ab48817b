using System.Runtime.CompilerServices;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// The node's one connection for commands. It is made on first use, kept, and reconnects by itself. Every failure of Redis or of
/// the network is thrown as <see cref="FeedUnavailableException"/>.
/// </summary>
/// <param name="settings">The timeouts.</param>
/// <param name="url">The address of Redis.</param>
/// <param name="login">Logs in on the connection.</param>
/// <param name="refusals">Is told which commands Redis refuses and which succeed.</param>
internal sealed class RedisConnection(RedisSettings settings, RedisUrl url, RedisLogin login, RefusalWatch? refusals = null) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private ConnectionMultiplexer? _multiplexer;
    private bool _disposed;

    /// <summary>Publishes one message.</summary>
    /// <exception cref="FeedUnavailableException">Redis can't be reached, or refused the command.</exception>
    public async Task PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        await RunAsync(db => db.PublishAsync(RedisChannel.Literal(channel), payload), cancellation, RedisProof.Itself);

    /// <summary>Runs commands.</summary>
    /// <param name="command">The commands.</param>
    /// <param name="cancellation">Ends the wait, not the command.</param>
    /// <param name="proof">What a success shows about commands that Redis refused.</param>
    /// <param name="name">The name of the commands in logs; by default the calling method's.</param>
    /// <exception cref="FeedUnavailableException">Redis can't be reached, or refused the command.</exception>
    internal async ValueTask<T> RunAsync<T>(
        Func<IDatabase, Task<T>> command, CancellationToken cancellation, RedisProof proof = RedisProof.Reads, [CallerMemberName] string name = "")
    {
        try
        {
            var multiplexer = _multiplexer ?? await ConnectAsync(cancellation);
            var answer = await command(multiplexer.GetDatabase()).WaitAsync(cancellation);
            refusals?.Succeeded(name, proof);
            return answer;
        }
        catch (Exception e) when (IsFailure(e))
        {
            refusals?.Failed(name, e);
            throw new FeedUnavailableException(Describe(e), e);
        }
    }

    /// <summary>True for a failure of Redis, false for a fault in the gateway.</summary>
    internal static bool IsFailure(Exception e) =>
        e is RedisException or TimeoutException or ObjectDisposedException or System.Net.Sockets.SocketException or IOException
            or System.Threading.Channels.ChannelClosedException or ScriptRefusedException;

    /// <summary>One line for logs. It holds no secret, because the client library puts none into its messages.</summary>
    internal static string Describe(Exception e) => e switch
    {
        RedisConnectionException when RedisRefusal.In(e) is { } refusal => "Redis refused: " + refusal.Text,
        RedisTimeoutException or TimeoutException => "Redis did not answer in time",
        RedisConnectionException connection => $"no connection to Redis ({connection.FailureType})",
        RedisServerException server => "Redis refused: " + server.Message,
        _ => e.Message,
    };

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        _disposed = true;
        var multiplexer = Interlocked.Exchange(ref _multiplexer, null);
        _gate.Release();
        if (multiplexer is not null) await multiplexer.DisposeAsync();
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var tunnel = new RedisTunnel(url, settings.CommandTimeout, login);
            return _multiplexer ??= await ConnectionMultiplexer.ConnectAsync(RedisOptions.Lasting(url, settings.CommandTimeout, tunnel, "deltastream"));
        }
        finally
        {
            _gate.Release();
        }
    }
}
