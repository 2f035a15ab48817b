using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DeltaStream.Abuse.Tests.Transport;

/// <summary>A client of a node over TLS that trusts one authority and nobody else.</summary>
public sealed class TrustingClient : IDisposable
{
    private readonly NodeProcess _node;
    private readonly SslClientAuthenticationOptions _tls;
    private readonly HttpClient _http;

    public TrustingClient(NodeProcess node, string authority)
    {
        _node = node;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        _tls = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = _tls, PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = node.Url };
    }

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
        using var client = await TestClient.OpenAsync(new Uri(_node.Url, path), new() { Tls = _tls });
        await client.SendAsync(text);
        await client.ExpectTextAsync(until);
        return string.Concat(client.Received);
    }

    public void Dispose() => _http.Dispose();
}
