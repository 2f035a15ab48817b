using DeltaStream.Actors.Market;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Cache;

/// <summary>The cache's log. Not safe for concurrent use.</summary>
public sealed partial class CacheLog
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly ILogger _log;
    private TimeSpan _nextAt = TimeSpan.MinValue;
    private int _suppressed;

    public CacheLog(ILogger log) => _log = log;

    /// <summary>Logs a failed read of the store, at most once in 10 s, with the number of failures since the last line.</summary>
    public void StoreFailed(TimeProvider time, string error)
    {
        var now = time.Elapsed();
        if (now < _nextAt)
        {
            _suppressed++;
            return;
        }

        SendCachedDataError(_log, error, _suppressed);
        _nextAt = now + Quiet;
        _suppressed = 0;
    }

    public void SubscriptionsLost() => SubscriptionsWereLost(_log);

    [LoggerMessage(120, LogLevel.Warning, "send_cached_data_error {error} {suppressed}", EventName = "send_cached_data_error")]
    private static partial void SendCachedDataError(ILogger log, string error, int suppressed);

    [LoggerMessage(121, LogLevel.Error, "subscriptions_lost", EventName = "subscriptions_lost")]
    private static partial void SubscriptionsWereLost(ILogger log);
}
