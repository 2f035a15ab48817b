using System.Diagnostics.Metrics;
using DeltaStream.Actors.Telemetry;
using Prometheus;

namespace DeltaStream.Node.Operations;

/// <summary>
/// Exports the gateway's own instruments to <c>/metrics</c>, from the start of the node. The library's own adapter is not used: it
/// shows counters as gauges and counts only from the first scrape.
/// </summary>
internal sealed class MetricsExport : IDisposable
{
    private readonly MeterListener _listener = new();

    /// <summary>Starts listening; earlier measurements are lost.</summary>
    /// <param name="registry">The registry of <c>/metrics</c>.</param>
    public MetricsExport(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == GatewayMetrics.MeterName) listener.EnableMeasurementEvents(instrument, new ExportedInstrument(instrument, factory));
        };
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((ExportedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((ExportedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((ExportedInstrument)state!).Record(value, tags));
        _listener.Start();
        registry.AddBeforeCollectCallback(_listener.RecordObservableInstruments);
    }

    /// <summary>Keeps the default metrics of the process, and removes those of other libraries' instruments.</summary>
    public static void SuppressForeignMetrics() => Metrics.SuppressDefaultMetrics(
        new SuppressDefaultMetricOptions { SuppressEventCounters = true, SuppressMeters = true, SuppressDebugMetrics = true });

    public void Dispose() => _listener.Dispose();
}
