using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeltaStream.TestSupport;

/// <summary>
/// A TCP proxy that can hold back what passes through it, both ways, without closing anything: nobody is told that the other
/// side is out of reach, and what was held arrives when it is let go.
/// </summary>
public sealed class HoldProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly byte[]? _name;
    private readonly Task _accepting;
    private TaskCompletionSource _flows = Flowing();
    private int _holdable;

    /// <summary>Starts one.</summary>
    /// <param name="listen">Where it listens; port 0: a free one.</param>
    /// <param name="target">The port behind it, at 127.0.0.1.</param>
    /// <param name="clientName">The name by which the connections to Redis call themselves that can be held; null: all can.</param>
    public HoldProxy(IPEndPoint listen, int target, string? clientName = null)
    {
        (_target, _name) = (target, clientName is null ? null : Encoding.ASCII.GetBytes(clientName + "\r\n"));
        _listener = new TcpListener(listen);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections can be held, or could while they lasted.</summary>
    public int Holdable => Volatile.Read(ref _holdable);

    /// <summary>Nothing passes any more.</summary>
    public void Hold()
    {
        if (_flows.Task.IsCompleted) Volatile.Write(ref _flows, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    /// <summary>What was held passes, and all that follows.</summary>
    public void LetGo() => _flows.TrySetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var client in _clients) client.Dispose();
        await _accepting;
    }

    private static TaskCompletionSource Flowing()
    {
        var flowing = new TaskCompletionSource();
        flowing.SetResult();
        return flowing;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        _clients.Add(client);
        _clients.Add(server);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            var link = new Link { IsHoldable = _name is null };
            if (link.IsHoldable) Interlocked.Increment(ref _holdable);
            await Task.WhenAny(PassAsync(client.GetStream(), server.GetStream(), link, isUp: true), PassAsync(server.GetStream(), client.GetStream(), link, isUp: false));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Nobody is behind it.
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, Link link, bool isUp)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int length;
            while ((length = await from.ReadAsync(buffer, _stop.Token)) > 0)
            {
                // The name comes whole, in the first packet that a client library sends.
                if (isUp && !link.IsHoldable && buffer.AsSpan(0, length).IndexOf(_name) >= 0)
                {
                    link.IsHoldable = true;
                    Interlocked.Increment(ref _holdable);
                }

                if (link.IsHoldable) await Volatile.Read(ref _flows).Task.WaitAsync(_stop.Token);
                await to.WriteAsync(buffer.AsMemory(0, length), _stop.Token);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // One of the two has ended.
        }
    }

    private static bool IsEnd(Exception e) => e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private sealed class Link
    {
        public volatile bool IsHoldable;
    }
}
