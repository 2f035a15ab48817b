using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace DeltaStream.Abuse.Tests;

/// <summary>A client like any other, from an address of its own.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly Uri _url;
    private readonly HttpMessageInvoker _invoker;
    private readonly HttpClient _http;
    private readonly List<ClientWebSocket> _sockets = [];
    private readonly List<string> _sids = [];

    /// <summary>Comes from an address of this machine, and says of itself what <c>X-Forwarded-For</c> is to say.</summary>
    public Visitor(int port, string from = "127.0.0.1", string? forwardedFor = null)
    {
        _url = new Uri($"http://127.0.0.1:{port}");
        ForwardedFor = forwardedFor;
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = int.MaxValue,
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        _invoker = new HttpMessageInvoker(handler);
        _http = new HttpClient(handler, disposeHandler: false) { BaseAddress = _url };
    }

    /// <summary>What it says in <c>X-Forwarded-For</c>.</summary>
    public string? ForwardedFor { get; set; }

    /// <summary>Opens a session by long-polling; its id, or the status it is refused with.</summary>
    public async Task<(HttpStatusCode Status, string Sid)> OpenPollingAsync()
    {
        using var response = await GetAsync("/socket.io/?EIO=4&transport=polling");
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) return (response.StatusCode, "");
        var sid = text.Split('"')[3];
        lock (_sids) _sids.Add(sid);
        return (response.StatusCode, sid);
    }

    /// <summary>Opens a WebSocket that stays open until the visitor leaves; 101, or the status it is refused with.</summary>
    public async Task<HttpStatusCode> OpenWebSocketAsync(string path)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (ForwardedFor is not null) socket.Options.SetRequestHeader("X-Forwarded-For", ForwardedFor);
        try
        {
            await socket.ConnectAsync(new UriBuilder(new Uri(_url, path)) { Scheme = "ws" }.Uri, _invoker, default);
            lock (_sockets) _sockets.Add(socket);
            return socket.HttpStatusCode;
        }
        catch (WebSocketException)
        {
            return socket.HttpStatusCode;
        }
    }

    /// <summary>Forgets its sessions: it will not close them.</summary>
    public void Forget()
    {
        lock (_sids) _sids.Clear();
    }

    /// <summary>Polls a session.</summary>
    public Task<HttpResponseMessage> PollAsync(string sid, CancellationToken cancellation = default) =>
        GetAsync($"/socket.io/?EIO=4&transport=polling&sid={Uri.EscapeDataString(sid)}", cancellation);

    /// <summary>Posts packets to a session.</summary>
    public async Task<HttpStatusCode> PostAsync(string sid, string packets)
    {
        using var request = Request(HttpMethod.Post, $"/socket.io/?EIO=4&transport=polling&sid={Uri.EscapeDataString(sid)}");
        request.Content = new StringContent(packets, Encoding.UTF8, "text/plain");
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>Gets a path.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Get, path);
        return await _http.SendAsync(request, cancellation);
    }

    /// <summary>Closes its WebSockets without a word, and its polling sessions with one.</summary>
    public async Task LeaveAsync()
    {
        string[] sids;
        lock (_sids)
        {
            sids = [.. _sids];
            _sids.Clear();
        }
        foreach (var sid in sids) await PostAsync(sid, "1");
        lock (_sockets)
        {
            foreach (var socket in _sockets) socket.Abort();
            _sockets.Clear();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _http.Dispose();
        _invoker.Dispose();
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (ForwardedFor is not null) request.Headers.Add("X-Forwarded-For", ForwardedFor);
        return request;
    }
}
