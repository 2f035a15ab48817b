using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Prometheus;

namespace DeltaStream.Node.Operations;

/// <summary>
/// One instrument as Prometheus knows it: <c>deltastream_</c>, its name and, as is the custom there,
/// <c>_total</c> for what only grows. Its tag, if it has one, is the same for every measurement.
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
    /// <param name="factory">Makes what is shown.</param>
    public ExportedInstrument(Instrument instrument, MetricFactory factory)
    {
        (_instrument, _factory) = (instrument, factory);
        // A counter is shown at 0 by adding 0 to it; a histogram can't be, so it is there from the start. Ours have no tag.
        if (instrument is Histogram<double>) _untagged = Make(null, "");
    }

    /// <summary>Takes one measurement: on the hot path, from any thread.</summary>
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
