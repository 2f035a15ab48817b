using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>What the nodes of a cluster prove to each other with that they belong: certificates of one authority.</summary>
/// <param name="Certificate">This node's, with its private key.</param>
/// <param name="Authority">Who signs the members' certificates; several while one follows another.</param>
internal sealed record ClusterTls(X509Certificate2 Certificate, X509Certificate2Collection Authority)
{
    private const string CertificatePath = "deltastream.cluster.tls.certificate";
    private const string KeyPath = "deltastream.cluster.tls.key";
    private const string AuthorityPath = "deltastream.cluster.tls.authority";

    private static readonly string[] Purposes = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]; // server, client

    /// <summary>Reads and checks the settings under <c>deltastream.cluster.tls</c>; null where none is set.</summary>
    /// <exception cref="SettingException">Some are missing, a file can't be read, or the certificate is not good for a member.</exception>
    public static ClusterTls? Read(SettingReader reader)
    {
        string[] paths = [CertificatePath, KeyPath, AuthorityPath];
        if (paths.All(path => reader.Text(path).Length == 0)) return null;
        if (paths.FirstOrDefault(path => reader.Text(path).Length == 0) is { } missing)
            throw reader.Wrong(missing, "a PEM file: CLUSTER_TLS_CERTIFICATE, CLUSTER_TLS_KEY and CLUSTER_TLS_CA go together");

        var certificate = reader.Load(CertificatePath, "a PEM file with this node's certificate", X509CertificateLoader.LoadCertificateFromFile);
        var withKey = reader.Load(KeyPath, "a PEM file with the certificate's private key, without a password",
            key => X509Certificate2.CreateFromPemFile(reader.Text(CertificatePath), key));
        var authority = reader.Certificates(AuthorityPath, "a PEM file with the authority's certificate");
        var tls = new ClusterTls(withKey, authority);
        // What the other nodes would refuse is better said here, by the node that has it.
        if (tls.WhyNot(certificate) is { } reason)
            throw reader.Wrong(CertificatePath, $"a certificate that CLUSTER_TLS_CA signed, for server and client authentication ({reason})");
        return tls;
    }

    /// <summary>Whether a peer is a member: its certificate was signed by the authority, and by none that the machine trusts otherwise.</summary>
    /// <param name="peer">What it showed; null if nothing.</param>
    /// <returns>Why it is none; null if it is one.</returns>
    public string? WhyNot(X509Certificate2? peer)
    {
        if (peer is null) return "it showed no certificate";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authority);
        // An authority of one's own publishes no list; a stolen key means a new authority.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        foreach (var purpose in Purposes) chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        return chain.Build(peer) ? null : string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());
    }
}
