using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>The node's own certificate, for a Redis that asks for one. The files are read again for each connection.</summary>
/// <param name="CertificateFile">PEM: the certificate, followed by its intermediate certificates.</param>
/// <param name="KeyFile">PEM: the certificate's private key.</param>
internal sealed record RedisClientCertificate(string CertificateFile, string KeyFile)
{
    private const string CertificatePath = "deltastream.redis.tls-certificate";
    private const string KeyPath = "deltastream.redis.tls-key";

    private SslStreamCertificateContext? _last;

    /// <summary>Reads and checks the settings; null if none is set.</summary>
    /// <exception cref="SettingException">A setting is missing, a file can't be used, or the URL has no TLS.</exception>
    public static RedisClientCertificate? Read(SettingReader reader, RedisUrl? url)
    {
        var files = new RedisClientCertificate(reader.Text(CertificatePath), reader.Text(KeyPath));
        if (files is { CertificateFile: "", KeyFile: "" }) return null;
        foreach (var path in new[] { CertificatePath, KeyPath })
        {
            if (reader.Text(path).Length == 0) throw reader.Wrong(path, "a PEM file: REDIS_TLS_CERTIFICATE and REDIS_TLS_KEY go together");
            if (url is not { Tls: true }) throw reader.Wrong(path, "for a REDIS_URL that begins with rediss:// or rediss-sentinel://");
        }

        reader.Certificates(CertificatePath, "a PEM file with the node's certificate for Redis");
        reader.Load(KeyPath, "a PEM file with the private key of REDIS_TLS_CERTIFICATE, without a password",
            key => X509Certificate2.CreateFromPemFile(files.CertificateFile, key)).Dispose();
        return files;
    }

    /// <summary>The certificate that the files hold now. While they can't be read, the previous certificate stays in use.</summary>
    public SslStreamCertificateContext? Current()
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(CertificateFile);
            _last = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile), chain, offline: true);
        }
        catch (Exception e) when (PemFile.IsFailure(e))
        {
            // Files that are being replaced do not match for a moment; Redis refuses a certificate that stays wrong.
        }

        return _last;
    }
}
