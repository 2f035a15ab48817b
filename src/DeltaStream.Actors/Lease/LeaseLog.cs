using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Lease;

/// <summary>
/// Logs failures of the lease's store. Only the first failure of each cause is logged, because a request can fail five times a
/// second.
/// </summary>
internal sealed partial class LeaseLog(ILogger log)
{
    private string? _lastError;

    public void Available() => _lastError = null;

    public void Unavailable(string error)
    {
        if (error != _lastError) LeaseUnavailable(error);
        _lastError = error;
    }

    [LoggerMessage(220, LogLevel.Error, "lease_unavailable {error}", EventName = "lease_unavailable")]
    private partial void LeaseUnavailable(string error);
}
