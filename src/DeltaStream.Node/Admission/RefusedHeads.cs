using System.Diagnostics;
using DeltaStream.Actors.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace DeltaStream.Node.Admission;

/// <summary>
/// Counts the requests that Kestrel refuses before the gateway's code sees them. Kestrel reports them only in a diagnostic event.
/// </summary>
/// <param name="diagnostics">The source of Kestrel's diagnostic events.</param>
/// <param name="metrics">Counts refused requests; null to count none.</param>
internal sealed class RefusedHeads(DiagnosticListener diagnostics, GatewayMetrics? metrics = null) : IHostedService, IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private IDisposable? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (metrics is not null) _subscription = diagnostics.Subscribe(this, static name => name == BadRequest);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if ((value.Value as IFeatureCollection)?.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException error) return;
        var refused = error.StatusCode switch
        {
            StatusCodes.Status408RequestTimeout => RefusedConnection.HeadTimeout,
            StatusCodes.Status414UriTooLong or StatusCodes.Status431RequestHeaderFieldsTooLarge => RefusedConnection.HeadTooLarge,
            _ => RefusedConnection.Malformed,
        };
        metrics?.RefusedConnection(refused.Reason);
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }
}
