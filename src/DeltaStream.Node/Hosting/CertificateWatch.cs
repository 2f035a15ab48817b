using System.Security.Cryptography.X509Certificates;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// Watches the node's certificates: those for HTTPS and for Redis, which are renewed without a restart, and those of the cluster, which
/// are read at the start. A certificate that expires within two weeks is a problem.
/// </summary>
internal sealed class CertificateWatch(
    NodeSettings settings, NodeProblems problems, NodeMetrics metrics, TimeProvider time, ILogger<CertificateWatch> log, ServerCertificate? https = null)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly HashSet<string> _soon = [];

    /// <summary>Every certificate of the node, as of the last look.</summary>
    public IReadOnlyList<CertificateExpiry> All { get; private set; } = [];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.ObserveCertificates(() => All.Select(each => (each.Name, (each.NotAfter - DateTime.UnixEpoch).TotalSeconds)));
        Look();
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Reads a renewed certificate, and reports those that expire soon.</summary>
    internal void Look()
    {
        var now = time.GetUtcNow();
        var soon = new List<string>();
        All = Read();
        foreach (var each in All)
        {
            if (each.IsSoon(now))
            {
                soon.Add(each.Describe(now));
                if (_soon.Add(each.Name)) log.CertificateExpires(each.Name, each.Subject, each.NotAfter, Math.Floor((each.NotAfter - now.UtcDateTime).TotalDays));
            }
            else if (_soon.Remove(each.Name))
            {
                log.CertificateRenewed(each.Name, each.Subject, each.NotAfter);
            }
        }
        problems.Set(Problem.CertificateExpires, soon.Count == 0 ? null : string.Join("; ", soon));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private List<CertificateExpiry> Read()
    {
        var all = new List<CertificateExpiry>();
        if (https?.Current is not null) Add("https", https.Certificate);
        if (settings.Redis.Url?.Certificate?.Current() is { } redis) Add("redis", redis.TargetCertificate);
        if (settings.Cluster.Tls is not { } tls) return all;
        Add("cluster", tls.Certificate);
        // While a new authority replaces the old one, the newer one counts.
        Add("cluster_authority", tls.Authority.MaxBy(certificate => certificate.NotAfter)!);
        return all;

        void Add(string name, X509Certificate2 certificate) => all.Add(new CertificateExpiry(name, certificate.Subject, certificate.NotAfter.ToUniversalTime()));
    }
}
