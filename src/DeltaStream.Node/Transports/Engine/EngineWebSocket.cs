using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>A WebSocket of an Engine.IO session: its transport from the start, or one that probes to become it.</summary>
internal sealed class EngineWebSocket(EngineSession session, WebSocketConnection connection, bool probes) : IWebSocketReceiver
{
    private enum Phase { Opened, Probed, Active }

    private Phase _phase = probes ? Phase.Opened : Phase.Active;

    /// <summary>Whose it is, or wants to be.</summary>
    public EngineSession Session => session;

    public WebSocketConnection Connection => connection;

    public WebSocketSender Sender => connection.Sender;

    public ValueTask OnMessageAsync(WebSocketMessage message)
    {
        if (message.Opcode == WebSocketOpcode.Binary)
            return _phase == Phase.Active ? session.ReceiveAsync(EnginePacket.Binary(message.Data)) : Drop();
        if (!EnginePacketCodec.TryParseText(message.Data, out var packet))
        {
            if (_phase != Phase.Active) return Drop();
            session.Close(CloseReason.ProtocolError);
            return default;
        }
        return _phase == Phase.Active ? session.ReceiveAsync(packet) : ProbeAsync(packet);
    }

    public void OnTooLarge()
    {
        if (_phase == Phase.Active) session.TooLarge();
    }

    private ValueTask ProbeAsync(in EnginePacket packet)
    {
        if (_phase == Phase.Opened && packet is { Type: EnginePacketType.Ping, IsProbe: true } && session.TryBeginProbe(this))
        {
            _phase = Phase.Probed;
            connection.Sender.WriteControl(EngineFrames.ProbePong);
            return default;
        }
        if (_phase == Phase.Probed && packet.Type == EnginePacketType.Upgrade)
        {
            // Too late: it closes, and is dropped alone.
            if (!connection.TryCancelTimeout()) return default;
            _phase = Phase.Active;
            return session.UpgradeAsync(this);
        }
        return Drop();
    }

    // Only this WebSocket is dropped: the session goes on over polling.
    private ValueTask Drop()
    {
        connection.Close(CloseReason.ProtocolError);
        return default;
    }
}
