using DeltaStream.Actors.Market;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Feed;

internal sealed partial class BridgeLog(ILogger log)
{
    public bool IsDebugEnabled => log.IsEnabled(LogLevel.Debug);

    [LoggerMessage(200, LogLevel.Information, "bridge_active {epoch} {node}", EventName = "bridge_active")]
    public partial void Active(long epoch, string node);

    [LoggerMessage(201, LogLevel.Information, "bridge_standby {epoch} {reason}", EventName = "bridge_standby")]
    public partial void Standby(long epoch, string reason);

    [LoggerMessage(202, LogLevel.Information, "redis_listener_started {pattern}", EventName = "redis_listener_started")]
    public partial void ListenerStarted(string pattern);

    [LoggerMessage(203, LogLevel.Error, "redis_listener_error {error}", EventName = "redis_listener_error")]
    public partial void ListenerError(string error);

    [LoggerMessage(204, LogLevel.Error, "bridge_graph_ended {backoff}", EventName = "bridge_graph_ended")]
    public partial void GraphEnded(Exception? failure, TimeSpan backoff);

    [LoggerMessage(205, LogLevel.Debug, "latest_write_failed {error}", EventName = "latest_write_failed")]
    public partial void WriteFailed(string error);

    [LoggerMessage(206, LogLevel.Debug, "latest_sync_failed {error}", EventName = "latest_sync_failed")]
    public partial void SyncFailed(string error);

    [LoggerMessage(207, LogLevel.Warning, "message_skipped {channel} {reason} {field} {value} {bytes} {excerpt}", EventName = "message_skipped")]
    public partial void MessageSkipped(string channel, string reason, string field, string value, int bytes, string excerpt);

    [LoggerMessage(208, LogLevel.Warning, "message_skipped_more {channel} {suppressed}", EventName = "message_skipped_more")]
    public partial void MoreMessagesSkipped(string channel, int suppressed);

    [LoggerMessage(209, LogLevel.Warning, "message_repaired {channel} {field} {bytes}", EventName = "message_repaired")]
    public partial void MessageRepaired(string channel, string field, int bytes);

    [LoggerMessage(215, LogLevel.Warning, "message_repaired_more {channel} {suppressed}", EventName = "message_repaired_more")]
    public partial void MoreMessagesRepaired(string channel, int suppressed);

    [LoggerMessage(214, LogLevel.Information, "message_faults_ended {problem}", EventName = "message_faults_ended")]
    public partial void FaultsEnded(string problem);

    /// <summary>Names a publication. The first two kinds have event names of their own, which operators know.</summary>
    public void Broadcasted(MessageKind kind, string symbol, string headline)
    {
        if (kind == MessageKind.Underlying) BroadcastedUnderlying(symbol, headline);
        else if (kind == MessageKind.Chain) BroadcastedChain(symbol, headline);
        else BroadcastedOther(kind.Name, symbol, headline);
    }

    [LoggerMessage(210, LogLevel.Debug, "broadcasted_underlying {product} {price}", EventName = "broadcasted_underlying")]
    private partial void BroadcastedUnderlying(string product, string price);

    [LoggerMessage(211, LogLevel.Debug, "broadcasted_chain {product} {pcr}", EventName = "broadcasted_chain")]
    private partial void BroadcastedChain(string product, string pcr);

    [LoggerMessage(212, LogLevel.Debug, "broadcasted {kind} {symbol} {headline}", EventName = "broadcasted")]
    private partial void BroadcastedOther(string kind, string symbol, string headline);
}
