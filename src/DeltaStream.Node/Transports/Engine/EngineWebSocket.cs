using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>A session, on this node or another, for which a WebSocket may probe.</summary>
internal interface IProbed
{
    /// <summary>The WebSocket has sent its probe.</summary>
    /// <returns>False if the WebSocket must be dropped; the session then goes on over polling.</returns>
    ValueTask<bool> TryBeginProbeAsync(EngineWebSocket webSocket);

    /// <summary>The client moves to the WebSocket.</summary>
    /// <returns>The session that the WebSocket now carries; null if the upgrade failed and the WebSocket must close.</returns>
    ValueTask<EngineSession?> UpgradeAsync(EngineWebSocket webSocket);

    /// <summary>The WebSocket has closed without an upgrade.</summary>
    void EndProbe(EngineWebSocket webSocket);
}

/// <summary>A WebSocket that carries an Engine.IO session, or probes for one.</summary>
internal sealed class EngineWebSocket : IWebSocketReceiver
{
    private readonly IProbed? _probed;
    private EngineSession? _session;
    private bool _hasProbed;

    private EngineWebSocket(WebSocketConnection connection, EngineSession? session, IProbed? probed) =>
        (Connection, _session, _probed) = (connection, session, probed);

    public WebSocketConnection Connection { get; }

    public WebSocketSender Sender => Connection.Sender;

    public static EngineWebSocket Of(EngineSession session, WebSocketConnection connection) => new(connection, session, null);

    public static EngineWebSocket Probing(IProbed session, WebSocketConnection connection) => new(connection, null, session);

    public async Task RunAsync()
    {
        var reason = await Connection.RunAsync(this);
        if (_session is not null) _session.OnWebSocketEnded(this, reason);
        else if (_hasProbed) _probed!.EndProbe(this);
    }

    public ValueTask OnMessageAsync(WebSocketMessage message)
    {
        if (message.Opcode == WebSocketOpcode.Binary) return _session?.ReceiveAsync(EnginePacket.Binary(message.Data)) ?? Drop();
        if (!EnginePacketCodec.TryParseText(message.Data, out var packet))
        {
            _session?.Close(CloseReason.ProtocolError);
            return Drop();
        }
        if (_session is not null) return _session.ReceiveAsync(packet);
        if (!_hasProbed && packet is { Type: EnginePacketType.Ping, IsProbe: true }) return ProbeAsync();
        return _hasProbed && packet.Type == EnginePacketType.Upgrade ? UpgradeAsync() : Drop();
    }

    public void OnTooLarge() => _session?.TooLarge();

    private async ValueTask ProbeAsync()
    {
        _hasProbed = true;
        if (await _probed!.TryBeginProbeAsync(this)) Sender.WriteControl(EngineFrames.ProbePong);
        else await Drop();
    }

    private async ValueTask UpgradeAsync()
    {
        // The upgrade timeout has already begun to close this WebSocket; the session is not affected.
        if (!Connection.TryCancelTimeout()) return;
        _session = await _probed!.UpgradeAsync(this);
        if (_session is null) Connection.Close(CloseReason.ServerError);
    }

    // Closes only this WebSocket: the session for which it probes goes on over polling.
    private ValueTask Drop()
    {
        Connection.Close(CloseReason.ProtocolError);
        return default;
    }
}
