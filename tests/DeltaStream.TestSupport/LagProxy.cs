using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace DeltaStream.TestSupport;

/// <summary>
/// A TCP proxy before Redis that delays what Redis says to the connections of one name, and passes everything else on at once:
/// a subscriber behind a slow link whose commands are as quick as ever.
/// </summary>
public sealed class LagProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly byte[] _name;
    private readonly Task _accepting;
    private int _delayed;

    /// <summary>Starts one.</summary>
    /// <param name="target">The port of Redis on this machine.</param>
    /// <param name="clientName">The name by which the delayed connections call themselves.</param>
    /// <param name="lag">By how much.</param>
    public LagProxy(int target, string clientName, TimeSpan lag)
    {
        (_target, _name, Lag) = (target, Encoding.ASCII.GetBytes(clientName + "\r\n"), lag);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>As <c>REDIS_URL</c> takes it.</summary>
    public string Url => $"redis://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>By how much it delays what comes from now on.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>How many connections are, or were, delayed.</summary>
    public int Delayed => Volatile.Read(ref _delayed);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var client in _clients) client.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
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
            var lagging = new Lagging();
            await Task.WhenAny(UpAsync(client.GetStream(), server.GetStream(), lagging), DownAsync(server.GetStream(), client.GetStream(), lagging));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Redis is away.
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task UpAsync(NetworkStream from, NetworkStream to, Lagging lagging)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int length;
            while ((length = await from.ReadAsync(buffer, _stop.Token)) > 0)
            {
                // The name comes whole, in the first packet that a client library sends.
                if (!lagging.Is && buffer.AsSpan(0, length).IndexOf(_name) >= 0)
                {
                    lagging.Is = true;
                    Interlocked.Increment(ref _delayed);
                }

                await to.WriteAsync(buffer.AsMemory(0, length), _stop.Token);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // One of the two has ended.
        }
    }

    private async Task DownAsync(NetworkStream from, NetworkStream to, Lagging lagging)
    {
        var waiting = Channel.CreateUnbounded<(byte[] Bytes, Task Due)>();
        var writing = WriteAsync(waiting.Reader, to);
        var buffer = new byte[64 * 1024];
        try
        {
            int length;
            while ((length = await from.ReadAsync(buffer, _stop.Token)) > 0)
                waiting.Writer.TryWrite((buffer[..length], lagging.Is ? Task.Delay(Lag, _stop.Token) : Task.CompletedTask));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // One of the two has ended.
        }

        waiting.Writer.Complete();
        await writing;
    }

    private static async Task WriteAsync(ChannelReader<(byte[] Bytes, Task Due)> waiting, NetworkStream to)
    {
        try
        {
            await foreach (var (bytes, due) in waiting.ReadAllAsync())
            {
                await due;
                await to.WriteAsync(bytes);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // One of the two has ended.
        }
    }

    private static bool IsEnd(Exception e) => e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private sealed class Lagging
    {
        public volatile bool Is;
    }
}
