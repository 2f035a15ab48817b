using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>The files for HTTPS on the node's port; they are read again when they change.</summary>
/// <param name="CertificateFile">PEM: the certificate, followed by the chain to its authority.</param>
/// <param name="KeyFile">PEM: the certificate's private key.</param>
internal sealed record HttpsSettings(string CertificateFile, string KeyFile)
{
    private const string CertificatePath = "deltastream.http.tls.certificate";
    private const string KeyPath = "deltastream.http.tls.key";

    /// <summary>Reads and checks the settings; null, for plain HTTP, if none is set.</summary>
    /// <exception cref="SettingException">A setting is missing, or a file can't be used.</exception>
    public static HttpsSettings? Read(SettingReader reader)
    {
        var settings = new HttpsSettings(reader.Text(CertificatePath), reader.Text(KeyPath));
        if (settings is { CertificateFile: "", KeyFile: "" }) return null;
        foreach (var path in new[] { CertificatePath, KeyPath })
            if (reader.Text(path).Length == 0) throw reader.Wrong(path, "a PEM file: HTTPS_CERTIFICATE and HTTPS_KEY go together");
        reader.Certificates(CertificatePath, "a PEM file with the certificate, then those that lead to its authority");
        reader.Load(KeyPath, "a PEM file with the certificate's private key, without a password",
            key => X509Certificate2.CreateFromPemFile(settings.CertificateFile, key)).Dispose();
        return settings;
    }
}
