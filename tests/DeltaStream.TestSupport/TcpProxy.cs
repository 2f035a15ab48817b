using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeltaStream.TestSupport;

/// <summary>A TCP proxy that does something to what passes, on all connections or on those to Redis that call themselves by a name.</summary>
public abstract class TcpProxy : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly TcpListener _listener;
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly byte[]? _name;
    private readonly Task _accepting;
    private int _marked;

    /// <summary>Starts it.</summary>
    /// <param name="listen">Where it listens; port 0: a free one.</param>
    /// <param name="target">The port behind it, at 127.0.0.1.</param>
    /// <param name="clientName">The name of the connections that are marked; null: all are.</param>
    protected TcpProxy(IPEndPoint listen, int target, string? clientName)
    {
        (_target, _name) = (target, clientName is null ? null : Encoding.ASCII.GetBytes(clientName + "\r\n"));
        _listener = new TcpListener(listen);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>How many connections are marked, or were while they lasted.</summary>
    protected int Marked => Volatile.Read(ref _marked);

    protected CancellationToken Stopped => _stop.Token;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var client in _clients) client.Dispose();
        await _accepting;
    }

    /// <summary>Waits until what has come from a marked connection, or for it, may go on.</summary>
    protected virtual Task PassageAsync() => Task.CompletedTask;

    /// <summary>Carries what the server says to the client, until one of them ends.</summary>
    protected virtual Task DownAsync(NetworkStream from, NetworkStream to, Link link) =>
        ReadAsync(from, async bytes =>
        {
            if (link.IsMarked) await PassageAsync();
            await to.WriteAsync(bytes, Stopped);
        });

    /// <summary>Reads until one of the two sides ends.</summary>
    protected async Task ReadAsync(NetworkStream from, Func<ReadOnlyMemory<byte>, ValueTask> take)
    {
        var buffer = new byte[BufferSize];
        await UntilEndAsync(async () =>
        {
            int length;
            while ((length = await from.ReadAsync(buffer, Stopped)) > 0) await take(buffer.AsMemory(0, length));
        });
    }

    /// <summary>Does something that an end of either side, or of the proxy, ends.</summary>
    protected static async Task UntilEndAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It has.
        }
    }

    private Task AcceptAsync() => UntilEndAsync(async () =>
    {
        while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(Stopped));
    });

    private async Task ServeAsync(TcpClient client)
    {
        var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        _clients.Add(client);
        _clients.Add(server);
        await UntilEndAsync(async () =>
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, Stopped);
            var link = new Link();
            if (_name is null) Mark(link);
            await Task.WhenAny(UpAsync(client.GetStream(), server.GetStream(), link), DownAsync(server.GetStream(), client.GetStream(), link));
        });
        client.Dispose();
        server.Dispose();
    }

    private Task UpAsync(NetworkStream from, NetworkStream to, Link link) =>
        ReadAsync(from, async bytes =>
        {
            // The name comes whole, in the first packet that a client library sends.
            if (!link.IsMarked && bytes.Span.IndexOf(_name) >= 0) Mark(link);
            if (link.IsMarked) await PassageAsync();
            await to.WriteAsync(bytes, Stopped);
        });

    private void Mark(Link link)
    {
        link.IsMarked = true;
        Interlocked.Increment(ref _marked);
    }

    protected sealed class Link
    {
        /// <summary>Whether the proxy does to it what it is there for.</summary>
        public volatile bool IsMarked;
    }
}
