using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Lease;

/// <summary>Logs failures of the lease's store: the first of each cause, for a request fails the same way five times a second.</summary>
internal sealed partial class LeaseLog(ILogger log)
{
    private string? _lastError;

    /// <summary>The store has answered.</summary>
    public void Available() => _lastError = null;

    /// <summary>A request to the store has failed.</summary>
    public void Unavailable(string error)
    {
        if (error != _lastError) LeaseUnavailable(error);
        _lastError = error;
    }

    [LoggerMessage(220, LogLevel.Error, "lease_unavailable {error}", EventName = "lease_unavailable")]
    private partial void LeaseUnavailable(string error);
}
