using System.Diagnostics.Metrics;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Admission;

/// <summary>Counts failed TLS handshakes. Kestrel reports the error only as a tag of its measurement of the handshake's duration.</summary>
/// <param name="meters">The factory of this host's meters, so that another host in the process is not counted.</param>
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
            // Kestrel ends a handshake at its timeout by cancelling it; other failures have errors of their own.
            var isTimeout = value as string == typeof(OperationCanceledException).FullName || value as string == typeof(TaskCanceledException).FullName;
            metrics!.RefusedConnection((isTimeout ? RefusedConnection.TlsTimeout : RefusedConnection.TlsFailed).Reason);
            return;
        }
    }
}
