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

    private List<CertificateExpiry> Read() => CertificateExpiry.Of(settings, https?.Current is null ? null : https.Certificate);
}
