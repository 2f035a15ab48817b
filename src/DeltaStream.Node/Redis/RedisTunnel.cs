using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Does TLS and the login for each connection and reconnection, before the client library uses it. The library itself would send
/// the login without checking the answer, and would go on as Redis's <c>default</c> user if that user needs no password.
/// </summary>
/// <param name="url">The address of Redis, and the credentials.</param>
/// <param name="timeout">The longest time for TLS and login together.</param>
/// <param name="login">Sends the login and reads the answer.</param>
internal sealed class RedisTunnel(RedisUrl url, TimeSpan timeout, RedisLogin login) : Tunnel
{
    private string? _refusal;

    /// <summary>The reason why Redis refused a login on one of this tunnel's connections; null if it refused none.</summary>
    public string? Refusal => Volatile.Read(ref _refusal);

    public override async ValueTask<Stream?> BeforeAuthenticateAsync(EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        var logsIn = url.User is not null || url.Password is not null;
        // Without TLS and login the library uses the socket itself, with its own reader.
        if (!url.Tls && !logsIn) return null;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ends.CancelAfter(timeout);
        Stream stream = new NetworkStream(socket ?? throw new InvalidOperationException("there is no socket"));
        try
        {
            if (url.Tls) stream = await SecureAsync(stream, ends.Token);
            if (logsIn) await login.LogInAsync(stream, url, ends.Token);
            return stream;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            await stream.DisposeAsync();
            throw new IOException("Redis did not answer in time", e);
        }
        catch (Exception e)
        {
            if (e is RedisLoginException) Volatile.Write(ref _refusal, e.Message);
            await stream.DisposeAsync();
            throw;
        }
    }

    public override string ToString() => "login";

    private async Task<SslStream> SecureAsync(Stream stream, CancellationToken cancellation)
    {
        var secure = new SslStream(stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = url.Host,
            CertificateChainPolicy = Policy(),
        };
        await secure.AuthenticateAsClientAsync(options, cancellation);
        return secure;
    }

    /// <summary>
    /// The server's name is always checked. If an authority is set, only that authority counts, and the machine's trusted
    /// authorities do not.
    /// </summary>
    private X509ChainPolicy? Policy()
    {
        if (url.Authority is not { } authority) return null;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authority);
        return policy;
    }
}
