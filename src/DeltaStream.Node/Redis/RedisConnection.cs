using System.Runtime.CompilerServices;
using DeltaStream.Actors.Market;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// The node's one way to run commands. It is made on first use. When its link is lost, or leads to a server that is not the primary
/// any more, it makes a new one and uses the former until then. Every failure of Redis or of the network is thrown as <see
/// cref="FeedUnavailableException"/>.
/// </summary>
/// <param name="dialer">Makes the links.</param>
/// <param name="refusals">Is told which commands Redis refuses and which succeed.</param>
internal sealed class RedisConnection(RedisDialer dialer, RefusalWatch? refusals = null) : IAsyncDisposable
{
    private const string Connect = "Connect";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RedisLink? _link;
    private Task? _renewal;
    private string _reason = "no connection to Redis";

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
        var link = await LinkAsync(cancellation);
        try
        {
            var answer = await command(link.Database).WaitAsync(cancellation);
            refusals?.Succeeded(name, proof);
            return answer;
        }
        catch (Exception e) when (IsFailure(e))
        {
            refusals?.Failed(name, e);
            if (IsLinkSuspect(e)) Renew(link);
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
        RedisServerException or ScriptRefusedException => "Redis refused: " + e.Message,
        _ => e.Message,
    };

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        _firstAttempt.TrySetResult();
        if (_renewal is { } renewal) await renewal.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Interlocked.Exchange(ref _link, null) is { } link) await link.DisposeAsync();
    }

    /// <summary>Another server may be the primary, or the connection is gone. Other refusals say nothing about the link.</summary>
    private bool IsLinkSuspect(Exception e)
    {
        var cause = RedisRefusal.In(e)?.Cause;
        return cause is null || cause == RefusalCause.ReadOnly || cause == RefusalCause.Moved || (cause == RefusalCause.Timeout && dialer.HasOthers);
    }

    private async ValueTask<RedisLink> LinkAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        if (_link is null)
        {
            Renew(null);
            await _firstAttempt.Task.WaitAsync(cancellation);
        }

        if (_link is { IsLost: false } link) return link;
        // The client library does not tell of every loss. While the node makes a new link, commands fail at once.
        Renew(_link);
        throw new FeedUnavailableException(_reason);
    }

    private void Renew(RedisLink? former)
    {
        lock (_lock)
        {
            if (_renewal is not null || _link != former || _disposed.IsCancellationRequested) return;
            _renewal = Task.Run(() => RenewAsync(former));
        }
    }

    private async Task RenewAsync(RedisLink? former)
    {
        for (var pause = FirstPause; !_disposed.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var link = await dialer.DialAsync("deltastream", _disposed.Token);
                refusals?.Succeeded(Connect, RedisProof.Itself);
                if (Take(link, former)) return;
                await link.DisposeAsync();
            }
            catch (FeedUnavailableException e)
            {
                _reason = e.Message;
                refusals?.Failed(Connect, e);
            }
            catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
            {
                return;
            }
            catch (Exception defect)
            {
                // Every command fails with this reason, and the next attempt may succeed.
                _reason = FeedUnavailableException.ReasonOf(defect);
            }

            _firstAttempt.TrySetResult();
            await Task.Delay(pause, _disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool Take(RedisLink link, RedisLink? former)
    {
        // A link that still reads is not replaced by a link to a replica, which is no better.
        if (link.IsReplica && former is { IsLost: false }) return false;
        if (former is { IsLost: false }) dialer.MoveOthers(link);
        lock (_lock)
        {
            if (_disposed.IsCancellationRequested) return false;
            (_link, _renewal) = (link, null);
        }

        _firstAttempt.TrySetResult();
        link.Failed += (_, reason) =>
        {
            _reason = $"no connection to Redis ({reason})";
            Renew(link);
        };
        link.Moved.Register(() => Renew(link));
        if (link.IsLost) Renew(link);
        if (former is not null) _ = DisposeLaterAsync(former);
        return true;
    }

    /// <summary>Commands of the former link may still be answered.</summary>
    private async Task DisposeLaterAsync(RedisLink former)
    {
        await Task.Delay(dialer.Timeout, _disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await former.DisposeAsync();
    }

    /// <summary>Redis's text if it refused a login during the connection; null for any other failure.</summary>
    internal static string? Unauthorized(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is not RedisServerException) continue;
            var start = new[] { "WRONGPASS", "NOAUTH", "ERR AUTH" }.Select(word => cause.Message.IndexOf(word, StringComparison.Ordinal)).Max();
            if (start >= 0) return cause.Message[start..];
        }

        return null;
    }
}
