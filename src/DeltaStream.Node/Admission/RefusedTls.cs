using System.Diagnostics.Metrics;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Admission;

/// <summary>
/// Counts the TLS handshakes that fail: the web server measures how long each takes, and says there, and nowhere else, what it
/// failed with.
/// </summary>
/// <param name="meters">Whose meters are this web server's: another in the process has its own.</param>
/// <param name="metrics">Counts failed handshakes; null to count none.</param>
internal sealed class RefusedTls(IMeterFactory meters, GatewayMetrics? metrics = null) : IHostedService
{
    private const string Meter = "Microsoft.AspNetCore.Server.Kestrel";
    private const string Handshake = "kestrel.tls_handshake.duration";
    private const string ErrorTag = "error.type";

    private MeterListener? _listener;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (metrics is null) return Task.CompletedTask;
        _listener = new MeterListener { InstrumentPublished = Choose };
        _listener.SetMeasurementEventCallback<double>(OnHandshake);
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _listener?.Dispose();
        return Task.CompletedTask;
    }

    private void Choose(Instrument instrument, MeterListener listener)
    {
        if (instrument.Name == Handshake && instrument.Meter.Name == Meter && ReferenceEquals(instrument.Meter.Scope, meters))
            listener.EnableMeasurementEvents(instrument);
    }

    private void OnHandshake(Instrument instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach (var (name, value) in tags)
        {
            if (name != ErrorTag) continue;
            // The web server ends a wait by cancelling it; what else goes wrong has an error of its own.
            var isTimeout = value as string == typeof(OperationCanceledException).FullName || value as string == typeof(TaskCanceledException).FullName;
            metrics!.RefusedConnection((isTimeout ? RefusedConnection.TlsTimeout : RefusedConnection.TlsFailed).Reason);
            return;
        }
    }
}
