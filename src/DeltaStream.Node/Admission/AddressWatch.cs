using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Admission;

/// <summary>
/// Detects a session that is used from a new address: a client that changed its network, or a stolen session id. The request is
/// logged and counted, not refused; the log gets at most one line per second.
/// </summary>
internal sealed partial class AddressWatch(ILogger? log, TimeProvider time, GatewayMetrics? metrics)
{
    private readonly Lock _gate = new();
    private long _lastLine;
    private int _suppressed;

    public void Moved(ClientAddress from, ClientAddress to, string transport)
    {
        metrics?.SessionMovedAddress();
        int suppressed;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_lastLine != 0 && time.GetElapsedTime(_lastLine, now) < TimeSpan.FromSeconds(1))
            {
                _suppressed++;
                return;
            }
            (suppressed, _suppressed, _lastLine) = (_suppressed, 0, now);
        }
        // The session id is the client's secret, so the log does not have it.
        if (log is not null) UsedElsewhere(log, from.ToString(), to.ToString(), transport, suppressed);
    }

    [LoggerMessage(113, LogLevel.Warning, "session_used_from_another_address {from_address} {to_address} {transport} {suppressed}", EventName = "session_used_from_another_address")]
    private static partial void UsedElsewhere(ILogger log, string from_address, string to_address, string transport, int suppressed);
}
