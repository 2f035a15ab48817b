using System.Globalization;

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
}
