using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Prometheus;

namespace DeltaStream.Node.Operations;

/// <summary>
/// One instrument in the form of Prometheus: <c>deltastream_</c>, the instrument's name and, for a value that only grows,
/// <c>_total</c>. An instrument has at most one tag, with the same name in every measurement.
/// </summary>
internal sealed class ExportedInstrument
{
    private static readonly double[] DefaultBuckets = Prometheus.Histogram.ExponentialBuckets(0.0005, 2, 14);

    private readonly Instrument _instrument;
    private readonly MetricFactory _factory;
    private readonly ConcurrentDictionary<string, Action<double>> _byTag = new();
    private Action<double>? _untagged;

    /// <summary>Exports an instrument.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="factory">Makes the exported metric.</param>
    public ExportedInstrument(Instrument instrument, MetricFactory factory)
    {
        (_instrument, _factory) = (instrument, factory);
        // Adding 0 to a counter makes it visible at 0. A histogram has no such way, so it is made at once; the gateway's histograms
        // have no tag.
        if (instrument is Histogram<double>) _untagged = Make(null, "");
    }

    /// <summary>Takes one measurement. Called on the hot path, from any thread.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            (_untagged ??= Make(null, ""))(value);
            return;
        }

        var tag = tags[0];
        var text = tag.Value as string ?? tag.Value?.ToString() ?? "";
        if (!_byTag.TryGetValue(text, out var record)) record = _byTag.GetOrAdd(text, static (value, state) => state.Self.Make(state.Key, value), (Self: this, tag.Key));
        record(value);
    }

    private Action<double> Make(string? label, string labelValue)
    {
        string[] labels = label is null ? [] : [label];
        string[] values = label is null ? [] : [labelValue];
        var help = _instrument.Description ?? _instrument.Name;
        var name = $"{_instrument.Meter.Name}_{_instrument.Name}".ToLowerInvariant().Replace('.', '_');
        switch (_instrument)
        {
            case Counter<long> or Counter<int> or Counter<double>:
                return _factory.CreateCounter(name + "_total", help, labels).WithLabels(values).Inc;
            case UpDownCounter<long> or UpDownCounter<int>:
                return _factory.CreateGauge(name, help, labels).WithLabels(values).Inc;
            case Histogram<double> histogram:
                var buckets = histogram.Advice?.HistogramBucketBoundaries?.ToArray() ?? DefaultBuckets;
                return _factory.CreateHistogram(name, help, labels, new HistogramConfiguration { Buckets = buckets })
                    .WithLabels(values).Observe;
            default:
                return _factory.CreateGauge(name, help, labels).WithLabels(values).Set;
        }
    }
}
