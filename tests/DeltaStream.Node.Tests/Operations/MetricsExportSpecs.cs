using System.Diagnostics.Metrics;
using System.Text;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Operations;
using Microsoft.AspNetCore.Builder;
using Prometheus;

namespace DeltaStream.Node.Tests.Operations;

/// <summary>What becomes of an instrument on its way to Prometheus.</summary>
public sealed class MetricsExportSpecs : IDisposable
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly MetricsExport _export;
    private readonly Meter _meter = new(GatewayMetrics.MeterName);

    public MetricsExportSpecs() => _export = new MetricsExport(_registry);

    public void Dispose()
    {
        _meter.Dispose();
        _export.Dispose();
    }

    [Fact]
    public async Task A_counter_is_a_counter_and_counts_from_before_the_first_scrape()
    {
        var counter = _meter.CreateCounter<long>("spec_things");
        counter.Add(2, new KeyValuePair<string, object?>("kind", "a"));
        counter.Add(3, new KeyValuePair<string, object?>("kind", "b"));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "a"));
        var text = await ScrapeAsync();
        Assert.Contains("# TYPE deltastream_spec_things_total counter", text);
        Assert.Contains("deltastream_spec_things_total{kind=\"a\"} 3\n", text);
        Assert.Contains("deltastream_spec_things_total{kind=\"b\"} 3\n", text);
    }

    [Fact]
    public async Task Up_down_counters_and_observable_gauges_are_exported_as_gauges()
    {
        var level = 7;
        _meter.CreateUpDownCounter<int>("spec_open").Add(2);
        _meter.CreateObservableGauge("spec_level", () => level);
        Assert.Contains("deltastream_spec_open 2\n", await ScrapeAsync());
        level = 8;
        Assert.Contains("deltastream_spec_level 8\n", await ScrapeAsync());
    }

    [Fact]
    public async Task A_histogram_has_the_buckets_it_was_made_with()
    {
        var histogram = _meter.CreateHistogram<double>("spec_seconds", "s", advice: new() { HistogramBucketBoundaries = [0.1, 1] });
        Assert.Contains("deltastream_spec_seconds_count 0\n", await ScrapeAsync());
        histogram.Record(0.5);
        var text = await ScrapeAsync();
        Assert.Contains("deltastream_spec_seconds_bucket{le=\"0.1\"} 0\n", text);
        Assert.Contains("deltastream_spec_seconds_bucket{le=\"1\"} 1\n", text);
        Assert.Contains("deltastream_spec_seconds_count 1\n", text);
    }

    [Fact]
    public async Task Another_librarys_instrument_is_not_shown()
    {
        using var other = new Meter("somebody.else");
        other.CreateCounter<long>("spec_foreign").Add(1);
        Assert.DoesNotContain("spec_foreign", await ScrapeAsync());
    }

    /// <summary>The names are the framework's: where a new one renames them, this fails.</summary>
    [Fact]
    public async Task The_web_servers_buffers_are_counted_from_their_creation_on()
    {
        using var watch = new BufferPoolWatch();
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/", () => "here");
        await app.StartAsync();
        using var client = new HttpClient();
        await client.GetStringAsync(app.Urls.Single());
        Assert.InRange(watch.Bytes, 4096, 1_000_000);
    }

    private async Task<string> ScrapeAsync()
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
