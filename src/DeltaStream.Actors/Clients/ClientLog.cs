using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Clients;

/// <summary>The log of clients, with the event names and fields of the Flask gateway. It contains no text that a client wrote.</summary>
public sealed partial class ClientLog
{
    private readonly ILogger _log;

    public ClientLog(ILogger log) => _log = log;

    public void Connected(string sessionId, string transport, int total) => ClientConnected(_log, sessionId, transport, total);

    public void Disconnected(string sessionId, CloseReason reason, int remaining) =>
        ClientDisconnected(_log, sessionId, reason.Name, remaining);

    public void Subscribed(string sessionId, string room) => ClientSubscribed(_log, sessionId, room);

    public void Unsubscribed(string sessionId, string room) => ClientUnsubscribed(_log, sessionId, room);

    public void FeedChanged(FeedStatus status) => FeedStatusChangedTo(
        _log, status.State == FeedState.Live ? LogLevel.Information : LogLevel.Warning, status.Name, status.BridgeNode, status.BridgeEpoch);

    public void LeaseNotRenewed(string bridgeNode) => LeaseIsNotRenewed(_log, bridgeNode);

    public void LeaseRenewed() => LeaseIsRenewed(_log);

    [LoggerMessage(100, LogLevel.Information, "client_connected {client_id} {transport} {total_clients}", EventName = "client_connected")]
    private static partial void ClientConnected(ILogger log, string client_id, string transport, int total_clients);

    [LoggerMessage(101, LogLevel.Information, "client_disconnected {client_id} {reason} {remaining_clients}", EventName = "client_disconnected")]
    private static partial void ClientDisconnected(ILogger log, string client_id, string reason, int remaining_clients);

    [LoggerMessage(102, LogLevel.Information, "client_subscribed {client_id} {room}", EventName = "client_subscribed")]
    private static partial void ClientSubscribed(ILogger log, string client_id, string room);

    [LoggerMessage(103, LogLevel.Information, "client_unsubscribed {client_id} {room}", EventName = "client_unsubscribed")]
    private static partial void ClientUnsubscribed(ILogger log, string client_id, string room);

    [LoggerMessage(EventId = 104, Message = "feed_status_changed {status} {bridge_node} {bridge_epoch}", EventName = "feed_status_changed")]
    private static partial void FeedStatusChangedTo(ILogger log, LogLevel level, string status, string? bridge_node, long bridge_epoch);

    [LoggerMessage(105, LogLevel.Warning, "bridge_lease_not_renewed {bridge_node}", EventName = "bridge_lease_not_renewed")]
    private static partial void LeaseIsNotRenewed(ILogger log, string bridge_node);

    [LoggerMessage(106, LogLevel.Information, "bridge_lease_renewed", EventName = "bridge_lease_renewed")]
    private static partial void LeaseIsRenewed(ILogger log);
}
