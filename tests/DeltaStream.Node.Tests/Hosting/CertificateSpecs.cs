using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Hosting;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Tests.Timing;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Hosting;

/// <summary>How a node takes a renewed certificate, and what it says of one that expires.</summary>
public sealed class CertificateSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deltastream-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly RecordedLog<ServerCertificate> _log = new();
    private readonly RecordedLog<CertificateWatch> _watchLog = new();
    private readonly NodeProblems _problems = new();
    private readonly NodeMetrics _metrics = new();

    public void Dispose()
    {
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Files_that_are_links_are_taken_when_the_folder_behind_them_is_swapped()
    {
        using var first = await Certificates.MakeAsync();
        using var second = await Certificates.MakeAsync();
        // A Kubernetes secret: tls.crt -> ..data/tls.crt, and ..data is swapped. The links themselves never change.
        Mount("..2026_1", first);
        foreach (var file in new[] { "tls.crt", "tls.key" }) File.CreateSymbolicLink(PathOf(file), Path.Combine("..data", file));
        var certificate = new ServerCertificate(new HttpsSettings(PathOf("tls.crt"), PathOf("tls.key")), _time, _log);
        var old = certificate.Certificate.Thumbprint;

        Mount("..2026_2", second);
        Assert.Equal(old, Shown(certificate));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.NotEqual(old, Shown(certificate));
        Assert.Equal(["https_certificate_loaded", "https_certificate_loaded"], _log.Lines.Select(line => line.Event));
    }

    [Fact]
    public async Task A_half_written_renewal_is_said_once_and_read_again()
    {
        using var first = await Certificates.MakeAsync();
        using var second = await Certificates.MakeAsync();
        var certificate = new ServerCertificate(new HttpsSettings(first.Certificate(), first.Key()), _time, _log);
        var old = certificate.Certificate.Thumbprint;

        File.Copy(second.Certificate(), first.Certificate(), overwrite: true);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(6));
            Assert.Equal(old, Shown(certificate));
        }
        Assert.Equal(["https_certificate_loaded", "https_certificate_unusable"], _log.Lines.Select(line => line.Event));
        File.Copy(second.Key(), first.Key(), overwrite: true);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.NotEqual(old, Shown(certificate));
    }

    [Fact]
    public async Task A_certificate_that_expires_within_two_weeks_is_a_problem_until_it_is_renewed()
    {
        using var cluster = await Certificates.MakeForAsync(20);
        using var https = await Certificates.MakeForAsync(30);
        var settings = NodeSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(
            [.. cluster.Variables().Select(each => KeyValuePair.Create(each.Name, each.Value)), new("REDIS_URL", "redis://host")]).Build(), true, Path.Combine(AppContext.BaseDirectory, "hocon"));
        var certificate = new ServerCertificate(new HttpsSettings(https.Certificate(), https.Key()), _time, _log);
        using var watch = new CertificateWatch(settings, _problems, _metrics, _time, _watchLog, certificate);
        watch.Look();
        Assert.Equal(["https", "cluster", "cluster_authority"], watch.All.Select(each => each.Name));
        Assert.Empty(_problems.Current);
        _time.Advance(TimeSpan.FromDays(17.5));
        watch.Look();
        watch.Look();
        var detail = Assert.Single(_problems.Current).Value;
        Assert.Contains("https certificate CN=node expires in 12 days, at ", detail);
        Assert.Contains("; cluster certificate CN=node expires in 2 days, at ", detail);
        Assert.Contains("; cluster_authority certificate CN=DeltaStream cluster authority ", detail);
        Assert.Equal(3, _watchLog.Lines.Count(line => line.Event == "certificate_expires"));
        _time.Advance(TimeSpan.FromDays(4));
        watch.Look();
        Assert.Contains("cluster certificate CN=node has expired, at ", Assert.Single(_problems.Current).Value);

        using var renewed = await Certificates.MakeAsync();
        File.Copy(renewed.Certificate(), https.Certificate(), overwrite: true);
        File.Copy(renewed.Key(), https.Key(), overwrite: true);
        _time.Advance(TimeSpan.FromMinutes(1));
        watch.Look();
        Assert.DoesNotContain("https", Assert.Single(_problems.Current).Value);
        Assert.Equal("certificate_renewed", _watchLog.Lines[^1].Event);
    }

    [Fact]
    public async Task When_the_certificate_for_Redis_expires_is_a_metric_that_follows_its_renewal()
    {
        using var first = await Certificates.MakeForAsync(20);
        using var second = await Certificates.MakeForAsync(300);
        var settings = NodeSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["REDIS_URL"] = "rediss://host",
            ["REDIS_TLS_CERTIFICATE"] = first.Certificate(),
            ["REDIS_TLS_KEY"] = first.Key(),
        }).Build(), true, Path.Combine(AppContext.BaseDirectory, "hocon"));
        using var watch = new CertificateWatch(settings, _problems, _metrics, _time, _watchLog);
        await watch.StartAsync(default);
        Assert.Equal([("redis", SecondsOf(first))], Measured());

        File.Copy(second.Certificate(), first.Certificate(), overwrite: true);
        File.Copy(second.Key(), first.Key(), overwrite: true);
        watch.Look();
        Assert.Equal([("redis", SecondsOf(second))], Measured());
        await watch.StopAsync(default);
    }

    private static double SecondsOf(Certificates certificates)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(certificates.Certificate());
        return new DateTimeOffset(certificate.NotAfter).ToUnixTimeSeconds();
    }

    /// <summary>What a scrape of the metrics would show now.</summary>
    private List<(string? Certificate, double Seconds)> Measured()
    {
        var measured = new List<(string?, double)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "certificate_expires_timestamp_seconds" && ReferenceEquals(instrument.Meter.Scope, _metrics)) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => measured.Add((tags[0].Value as string, value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    private static string Shown(ServerCertificate certificate) => certificate.Current is null ? "" : certificate.Certificate.Thumbprint;

    private void Mount(string folder, Certificates certificates)
    {
        Directory.CreateDirectory(PathOf(folder));
        File.Copy(certificates.Certificate(), Path.Combine(PathOf(folder), "tls.crt"));
        File.Copy(certificates.Key(), Path.Combine(PathOf(folder), "tls.key"));
        File.Delete(PathOf("..data"));
        Directory.CreateSymbolicLink(PathOf("..data"), folder);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
