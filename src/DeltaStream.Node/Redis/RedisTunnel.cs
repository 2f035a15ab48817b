using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace DeltaStream.Node.Redis;

/// <summary>
/// The way to Redis up to where the client library begins, for each connection and each that is made anew: TLS, then the login. The
/// library would send the login without looking at the answer, and go on as Redis's <c>default</c> user where that one is open.
/// </summary>
/// <param name="url">Where Redis is, and as whom.</param>
/// <param name="timeout">How long TLS and login may take together.</param>
/// <param name="login">Sees to the login.</param>
internal sealed class RedisTunnel(RedisUrl url, TimeSpan timeout, RedisLogin login) : Tunnel
{
    private string? _refusal;

    /// <summary>Why Redis refused the login of one of this tunnel's connections; null: it did not.</summary>
    public string? Refusal => Volatile.Read(ref _refusal);

    public override async ValueTask<Stream?> BeforeAuthenticateAsync(EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        var logsIn = url.User is not null || url.Password is not null;
        // There is nothing to see to: the library has the socket itself, and its own reader on it.
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

    /// <summary>The server's name is checked in any case. With an authority given it alone counts, whomever the machine trusts otherwise.</summary>
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
