using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeltaStream.Abuse.Tests;

/// <summary>A machine with an address of its own, which opens any number of sessions and WebSockets.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly Uri _url;
    private readonly string _from;
    private readonly HttpClient _http;
    private readonly List<TestClient> _sockets = [];
    private readonly List<string> _sids = [];

    /// <summary>A visitor from an address of this machine, who sends this <c>X-Forwarded-For</c>.</summary>
    public Visitor(int port, string from = "127.0.0.1", string? forwardedFor = null)
    {
        (_url, _from, ForwardedFor) = (new Uri($"http://127.0.0.1:{port}"), from, forwardedFor);
        _http = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = int.MaxValue,
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = _url };
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
        var (status, client) = await TestClient.TryOpenAsync(new Uri(_url, path), new()
        {
            From = _from,
            Headers = ForwardedFor is null ? [] : [("X-Forwarded-For", ForwardedFor)],
        });
        lock (_sockets) if (client is not null) _sockets.Add(client);
        return status;
    }

    /// <summary>Forgets its sessions: it will not close them.</summary>
    public void Forget()
    {
        lock (_sids) _sids.Clear();
    }

    public Task<HttpResponseMessage> PollAsync(string sid, CancellationToken cancellation = default) =>
        GetAsync($"/socket.io/?EIO=4&transport=polling&sid={Uri.EscapeDataString(sid)}", cancellation);

    public async Task<HttpStatusCode> PostAsync(string sid, string packets)
    {
        using var request = Request(HttpMethod.Post, $"/socket.io/?EIO=4&transport=polling&sid={Uri.EscapeDataString(sid)}");
        request.Content = new StringContent(packets, Encoding.UTF8, "text/plain");
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    public async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Get, path);
        return await _http.SendAsync(request, cancellation);
    }

    /// <summary>Breaks its WebSockets, and closes its polling sessions.</summary>
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
            foreach (var socket in _sockets) socket.Dispose();
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _http.Dispose();
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (ForwardedFor is not null) request.Headers.Add("X-Forwarded-For", ForwardedFor);
        return request;
    }
}
