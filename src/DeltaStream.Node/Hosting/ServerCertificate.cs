using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// The certificate of the clients' port. It is renewed without a restart: when a client connects, the files are checked for
/// changes, at most every five seconds. If the new certificate can't be used, that is logged and the old one stays in use.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly HttpsSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private SslServerAuthenticationOptions _options;
    private (DateTime, DateTime) _written;
    private long _looked;

    /// <summary>Reads the files, which the settings have checked before.</summary>
    public ServerCertificate(HttpsSettings settings, TimeProvider time, ILogger<ServerCertificate> log)
    {
        (_settings, _time, _log) = (settings, time, log);
        (_looked, _written) = (time.GetTimestamp(), Written());
        _options = Load();
    }

    /// <summary>The TLS options for the next handshake.</summary>
    public SslServerAuthenticationOptions Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_looked) >= LookEvery) Look();
                return _options;
            }
        }
    }

    private void Look()
    {
        _looked = _time.GetTimestamp();
        try
        {
            var written = Written();
            if (written == _written) return;
            _options = Load();
            // Set only after a success, so that a half-written renewal is read again.
            _written = written;
        }
        catch (Exception e) when (PemFile.IsFailure(e))
        {
            _log.CertificateUnusable(e.Message.ReplaceLineEndings(" "));
        }
    }

    private (DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(_settings.CertificateFile), File.GetLastWriteTimeUtc(_settings.KeyFile));

    private SslServerAuthenticationOptions Load()
    {
        var certificate = X509Certificate2.CreateFromPemFile(_settings.CertificateFile, _settings.KeyFile);
        // Windows accepts no private key that exists only in memory.
        if (OperatingSystem.IsWindows()) certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_settings.CertificateFile);
        _log.CertificateLoaded(certificate.Subject, certificate.NotAfter.ToUniversalTime());
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
    }
}
