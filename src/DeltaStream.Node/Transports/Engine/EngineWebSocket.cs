using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>A session that a WebSocket may come to carry; here or on another node.</summary>
internal interface IProbed
{
    /// <summary>The WebSocket has sent its probe.</summary>
    /// <returns>False where it is to be dropped; the session goes on over polling.</returns>
    ValueTask<bool> TryBeginProbeAsync(EngineWebSocket webSocket);

    /// <summary>The client moves to the WebSocket.</summary>
    /// <returns>The session that it carries now; null where that can't be, and it is to be closed.</returns>
    ValueTask<EngineSession?> UpgradeAsync(EngineWebSocket webSocket);

    /// <summary>The WebSocket is gone, and was not upgraded.</summary>
    void EndProbe(EngineWebSocket webSocket);
}

/// <summary>A WebSocket that carries an Engine.IO session, or probes to carry one.</summary>
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

    /// <summary>Serves it to its end.</summary>
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
        // Too late: it closes, and is dropped alone.
        if (!Connection.TryCancelTimeout()) return;
        _session = await _probed!.UpgradeAsync(this);
        if (_session is null) Connection.Close(CloseReason.ServerError);
    }

    // Only this WebSocket: a session that it probes for goes on over polling.
    private ValueTask Drop()
    {
        Connection.Close(CloseReason.ProtocolError);
        return default;
    }
}
