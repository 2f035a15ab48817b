using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeltaStream.TestSupport;

namespace DeltaStream.Abuse.Tests.Transport;

/// <summary>A client of a node over TLS that trusts one authority and nobody else.</summary>
public sealed class TrustingClient : IDisposable
{
    private readonly NodeProcess _node;
    private readonly HttpMessageInvoker _invoker;
    private readonly HttpClient _http;

    public TrustingClient(NodeProcess node, string authority)
    {
        _node = node;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            PooledConnectionLifetime = TimeSpan.Zero,
        };
        _invoker = new HttpMessageInvoker(handler);
        _http = new HttpClient(handler, disposeHandler: false) { BaseAddress = node.Url };
    }

    /// <summary>The text at a path.</summary>
    public Task<string> GetAsync(string path) => _http.GetStringAsync(path);

    /// <summary>The whole answer at a path, head and body, for who brings this token.</summary>
    public async Task<string> AnswerAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        using var response = await _http.SendAsync(request);
        return response + await response.Content.ReadAsStringAsync();
    }

    /// <summary>Sends one text over a WebSocket and reads until an answer holds another.</summary>
    public async Task<string> AskAsync(string path, string text, string until)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{_node.Port}{path}"), _invoker, default);
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
        using var timeout = new CancellationTokenSource(Eventually.Patience);
        var all = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!all.ToString().Contains(until, StringComparison.Ordinal))
        {
            var part = await socket.ReceiveAsync(buffer, timeout.Token);
            all.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
        }
        return all.ToString();
    }

    public void Dispose()
    {
        _http.Dispose();
        _invoker.Dispose();
    }
}
