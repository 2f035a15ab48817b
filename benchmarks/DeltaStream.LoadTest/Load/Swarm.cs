using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeltaStream.LoadTest.Load;

/// <summary>Thousands of clients of one server, read by one thread.</summary>
/// <param name="smallestDelivery">Frames with a payload below this many bytes do not count as deliveries.</param>
/// <param name="sampleEvery">Latencies are taken from one client in this many.</param>
/// <param name="reads">False: the clients read nothing after the handshake, until <see cref="StartReading"/>.</param>
internal sealed class Swarm(int smallestDelivery, int sampleEvery = 20, bool reads = true) : IDisposable
{
    private readonly List<SwarmClient> _clients = [];
    private readonly int _epoll = Epoll.Create();
    private readonly CancellationTokenSource _stop = new();
    private readonly object _gate = new();
    private List<int> _latencies = [];
    private Thread? _reader;

    public int Count => _clients.Count;

    public int Closed => _clients.Count(client => client.Closed);

    public long Delivered => _clients.Sum(client => client.Delivered);

    /// <summary>Bytes that all clients have received, with frame headers.</summary>
    public long Bytes => _clients.Sum(client => client.Bytes);

    public static long NowMicroseconds => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10;

    /// <summary>Connects clients, at most 100 at a time, each through its whole handshake.</summary>
    /// <param name="over">The time over which the clients connect evenly; zero: as fast as they can.</param>
    /// <param name="afterConnect">Frames that each client sends when it is connected, e.g. a subscription.</param>
    public Task ConnectAsync(int port, string path, Dialect dialect, int count, TimeSpan over, params string[] afterConnect) =>
        ConnectAsync(port, path, dialect, count, over, _ => afterConnect);

    /// <summary>The same, with frames by the number of the client.</summary>
    public async Task ConnectAsync(int port, string path, Dialect dialect, int count, TimeSpan over, Func<int, string[]> afterConnect)
    {
        using var slots = new SemaphoreSlim(100);
        var sockets = await Task.WhenAll(Enumerable.Range(0, count).Select(async number =>
        {
            if (over > TimeSpan.Zero) await Task.Delay(over * number / count);
            await slots.WaitAsync();
            try
            {
                return await HandshakeAsync(port, path, dialect, afterConnect(number));
            }
            finally
            {
                slots.Release();
            }
        }));
        foreach (var socket in sockets)
        {
            var client = new SwarmClient(socket, dialect, smallestDelivery, _clients.Count % sampleEvery == 0);
            _clients.Add(client);
            if (reads) Epoll.Add(_epoll, client.Handle, _clients.Count - 1);
        }

        if (reads) StartReader();
    }

    /// <summary>Sends frames on every connection.</summary>
    public void SendAll(params string[] frames)
    {
        foreach (var client in _clients)
            foreach (var frame in frames) Epoll.Send(client.Handle, SwarmClient.Masked(frame));
    }

    /// <summary>Closes the connections one after the other, evenly over a time, and reads nothing more from them.</summary>
    public async Task LeaveAsync(TimeSpan over)
    {
        StopReading();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < _clients.Count; i++)
        {
            var due = over * i / _clients.Count - clock.Elapsed;
            if (due > TimeSpan.FromMilliseconds(1)) await Task.Delay(due);
            _clients[i].Socket.Dispose();
        }
    }

    /// <summary>Starts reading on the first <paramref name="count"/> clients of a swarm that does not read.</summary>
    public void StartReading(int count)
    {
        for (var i = 0; i < count; i++) Epoll.Add(_epoll, _clients[i].Handle, i);
        StartReader();
    }

    private void StartReader()
    {
        if (_reader is not null) return;
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>The latencies of the sampled clients since the last call, in microseconds.</summary>
    public List<int> TakeLatencies()
    {
        lock (_gate)
        {
            var taken = _latencies;
            _latencies = [];
            return taken;
        }
    }

    public void Dispose()
    {
        StopReading();
        foreach (var client in _clients) client.Socket.Dispose();
    }

    /// <summary>Connects one client through its whole handshake.</summary>
    public static async Task<Socket> HandshakeAsync(int port, string path, Dialect dialect, string[] afterConnect)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
            (dialect == Dialect.SocketIODeflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "") +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        await ReadHeadAsync(socket);
        if (dialect is Dialect.SocketIO or Dialect.SocketIODeflate)
        {
            await ReadFrameAsync(socket, "0{\"sid\"", "maxPayload");
            await socket.SendAsync(SwarmClient.Masked("40"));
            await ReadFrameAsync(socket, "40{\"sid\"");
        }
        else if (dialect == Dialect.SignalR)
        {
            await socket.SendAsync(SwarmClient.Masked("{\"protocol\":\"json\",\"version\":1}\u001e"));
            await ReadFrameAsync(socket, "{}");
        }

        foreach (var frame in afterConnect) await socket.SendAsync(SwarmClient.Masked(frame));
        return socket;
    }

    private void StopReading()
    {
        _stop.Cancel();
        _reader?.Join();
    }

    // Peeks first, so that it takes no byte of the frame that follows the head.
    private static async Task ReadHeadAsync(Socket socket)
    {
        var (head, buffer) = (new StringBuilder(), new byte[2048]);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var end = -1; end < 0;)
        {
            var seen = buffer.AsMemory(0, await socket.ReceiveAsync(buffer, SocketFlags.Peek, timeout.Token));
            if (seen.IsEmpty) throw new IOException("closed in the handshake: " + head);
            end = seen.Span.IndexOf("\r\n\r\n"u8);

            // The end of the head can arrive in two parts, so its first bytes stay in the socket until it is complete.
            var take = end < 0 ? Math.Max(0, seen.Length - 3) : end + 4;
            if (take == 0) await Task.Delay(1, timeout.Token);
            await ReadExactAsync(socket, buffer.AsMemory(0, take), timeout.Token);
            head.Append(Encoding.ASCII.GetString(buffer, 0, take));
        }

        if (!head.ToString().StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new IOException("no upgrade: " + head);
    }

    private static async Task ReadFrameAsync(Socket socket, params string[] markers)
    {
        var seen = new StringBuilder();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await ReadFrameAsync(socket, seen, timeout.Token);
        if (!markers.All(marker => seen.ToString().Contains(marker))) throw new IOException("unexpected handshake: " + seen);
    }

    private static async Task ReadFrameAsync(Socket socket, StringBuilder into, CancellationToken cancellation)
    {
        var header = new byte[2];
        await ReadExactAsync(socket, header, cancellation);
        var length = header[1] & 0x7f;
        if (length == 126)
        {
            await ReadExactAsync(socket, header, cancellation);
            length = (header[0] << 8) | header[1];
        }

        var payload = new byte[length];
        await ReadExactAsync(socket, payload, cancellation);
        into.Append(Encoding.UTF8.GetString(payload));
    }

    private static async Task ReadExactAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (buffer.Length > 0)
        {
            var read = await socket.ReceiveAsync(buffer, cancellation);
            if (read == 0) throw new IOException("closed in the handshake");
            buffer = buffer[read..];
        }
    }

    private void Close(SwarmClient client)
    {
        client.Closed = true;
        Epoll.Remove(_epoll, client.Handle);
    }

    private void Read()
    {
        var events = new Epoll.Event[512];
        var buffer = new byte[128 * 1024];
        var latencies = new List<int>();
        while (!_stop.IsCancellationRequested)
        {
            var ready = Epoll.Wait(_epoll, events, 50);
            for (var i = 0; i < ready; i++)
            {
                var client = _clients[events[i].Token];
                if (client.Closed) continue;
                var read = Epoll.Receive(client.Handle, buffer);
                if (read > 0) client.Receive(buffer.AsSpan(0, read), NowMicroseconds, latencies);
                else if (read == 0 || (events[i].Events & (Epoll.HangUp | Epoll.Error)) != 0) Close(client);
            }

            if (latencies.Count == 0) continue;
            lock (_gate) _latencies.AddRange(latencies);
            latencies.Clear();
        }
    }
}
