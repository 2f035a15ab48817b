using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// The certificate of the clients' port. It is renewed without a restart: the files are read again when a client connects, at most
/// every five seconds, and every minute by <see cref="CertificateWatch"/>. Their content decides, not their time: the files of a
/// Kubernetes secret are links to a folder that is swapped, and keep their own times. If the new certificate can't be used, that is
/// logged and the old one stays in use.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly HttpsSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private SslServerAuthenticationOptions _options = null!;
    private X509Certificate2 _certificate = null!;
    private string _content;
    private string? _unusable;
    private long _looked;

    /// <summary>Reads the files, which the settings have checked before.</summary>
    public ServerCertificate(HttpsSettings settings, TimeProvider time, ILogger<ServerCertificate> log)
    {
        (_settings, _time, _log) = (settings, time, log);
        _looked = time.GetTimestamp();
        var (certificate, key) = Read();
        Use(certificate, key);
        _content = Digest(certificate, key);
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

    /// <summary>The certificate in use.</summary>
    public X509Certificate2 Certificate
    {
        get
        {
            lock (_gate) return _certificate;
        }
    }

    private void Look()
    {
        _looked = _time.GetTimestamp();
        var content = "";
        try
        {
            var (certificate, key) = Read();
            content = Digest(certificate, key);
            if (content == _content) return;
            Use(certificate, key);
            // Set only after a success, so that a half-written renewal is read again.
            (_content, _unusable) = (content, null);
        }
        catch (Exception e) when (PemFile.IsFailure(e))
        {
            // One line for each content that can't be used.
            if (_unusable != content) _log.CertificateUnusable(e.Message.ReplaceLineEndings(" "));
            _unusable = content;
        }
    }

    private (string Certificate, string Key) Read() => (File.ReadAllText(_settings.CertificateFile), File.ReadAllText(_settings.KeyFile));

    private static string Digest(string certificate, string key) => Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{certificate}\0{key}")));

    private void Use(string text, string key)
    {
        var certificate = X509Certificate2.CreateFromPem(text, key);
        // Windows accepts no private key that exists only in memory.
        if (OperatingSystem.IsWindows()) certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        (_certificate, _options) = (certificate, options);
        _log.CertificateLoaded(certificate.Subject, certificate.NotAfter.ToUniversalTime());
    }
}
