using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Hosting;

/// <summary>When a certificate of the node expires.</summary>
/// <param name="Name">The use of the certificate: <c>https</c>, <c>redis</c>, <c>cluster</c>, <c>cluster_authority</c>.</param>
/// <param name="Subject">The certificate's subject.</param>
/// <param name="NotAfter">The end of its validity, UTC.</param>
internal readonly record struct CertificateExpiry(string Name, string Subject, DateTime NotAfter)
{
    /// <summary>The time before the end at which the expiry becomes a problem.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    public bool IsSoon(DateTimeOffset now) => NotAfter - now.UtcDateTime <= Notice;

    /// <summary>The line for <c>/health</c>.</summary>
    public string Describe(DateTimeOffset now)
    {
        var remaining = NotAfter - now.UtcDateTime;
        var when = remaining > TimeSpan.Zero ? $"expires in {Math.Floor(remaining.TotalDays).ToString(CultureInfo.InvariantCulture)} days" : "has expired";
        return $"{Name} certificate {Subject} {when}, at {NotAfter.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";
    }

    /// <summary>Every certificate of a node.</summary>
    /// <param name="settings">The settings, with the certificates for Redis and for the cluster.</param>
    /// <param name="https">The certificate of the clients' port; null if it serves plain HTTP.</param>
    public static List<CertificateExpiry> Of(NodeSettings settings, X509Certificate2? https)
    {
        var all = new List<CertificateExpiry>();
        if (https is not null) Add("https", https);
        if (settings.Redis.Url?.Certificate?.Current() is { } redis) Add("redis", redis.TargetCertificate);
        if (settings.Cluster.Tls is not { } tls) return all;
        Add("cluster", tls.Certificate);
        // While a new authority replaces the old one, the newer one counts.
        Add("cluster_authority", tls.Authority.MaxBy(certificate => certificate.NotAfter)!);
        return all;

        void Add(string name, X509Certificate2 certificate) => all.Add(new CertificateExpiry(name, certificate.Subject, certificate.NotAfter.ToUniversalTime()));
    }
}
