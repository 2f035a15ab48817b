using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>The certificates with which the nodes of a cluster prove their membership; one authority signs them.</summary>
/// <param name="Certificate">This node's certificate, with its private key.</param>
/// <param name="Authority">The authority that signs the members' certificates; several while a new one replaces the old.</param>
internal sealed record ClusterTls(X509Certificate2 Certificate, X509Certificate2Collection Authority)
{
    private const string CertificatePath = "deltastream.cluster.tls.certificate";
    private const string KeyPath = "deltastream.cluster.tls.key";
    private const string AuthorityPath = "deltastream.cluster.tls.authority";

    private static readonly string[] Purposes = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]; // server, client

    /// <summary>Reads and checks the settings under <c>deltastream.cluster.tls</c>; null if none is set.</summary>
    /// <exception cref="SettingException">Some settings are missing, a file can't be read, or the certificate is not valid for a member.</exception>
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
        // The node checks its own certificate, so that it reports an error that otherwise only the other nodes would see.
        if (tls.WhyNot(certificate) is { } reason)
            throw reader.Wrong(CertificatePath, $"a certificate that CLUSTER_TLS_CA signed, for server and client authentication ({reason})");
        return tls;
    }

    /// <summary>
    /// Checks whether a peer is a member: the authority must have signed its certificate. The machine's trusted authorities do not
    /// count.
    /// </summary>
    /// <param name="peer">The peer's certificate; null if it sent none.</param>
    /// <returns>The reason why the peer is not a member; null if it is one.</returns>
    public string? WhyNot(X509Certificate2? peer)
    {
        if (peer is null) return "it showed no certificate";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authority);
        // A private authority publishes no revocation list. After the theft of a key the operator sets a new authority.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        foreach (var purpose in Purposes) chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        return chain.Build(peer) ? null : string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());
    }
}
