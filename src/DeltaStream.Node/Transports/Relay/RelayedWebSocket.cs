using System.Security.Cryptography;
using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>
/// A WebSocket that probes for a session which another node holds. Once the client upgrades the session is here, and nothing
/// of it passes through that node any more.
/// </summary>
internal sealed class RelayedWebSocket(
    SessionRelay relay, Address owner, string sid, WebSocketConnection connection, Place place, EngineSessions sessions, IEngineApplication application)
    : IWebSocketReceiver
{
    private readonly string _name = RandomNumberGenerator.GetHexString(16);
    private EngineWebSocket? _arrived;
    private bool _hasProbed;

    public ValueTask OnMessageAsync(WebSocketMessage message)
    {
        if (_arrived is not null) return _arrived.OnMessageAsync(message);
        if (message.Opcode == WebSocketOpcode.Binary || !EnginePacketCodec.TryParseText(message.Data, out var packet)) return Drop();
        if (!_hasProbed && packet is { Type: EnginePacketType.Ping, IsProbe: true }) return ProbeAsync();
        return _hasProbed && packet.Type == EnginePacketType.Upgrade ? UpgradeAsync() : Drop();
    }

    public void OnTooLarge() => _arrived?.OnTooLarge();

    /// <summary>The WebSocket is over.</summary>
    public void Ended(CloseReason reason)
    {
        place.GiveBack();
        if (_arrived is not null) _arrived.Session.OnWebSocketEnded(_arrived, reason);
        else if (_hasProbed) relay.Tell(owner, RelayKind.EndProbe, Question());
    }

    private async ValueTask ProbeAsync()
    {
        // Before the session is asked for, because that ends it where it is.
        if (!place.TryTake())
        {
            await Drop();
            return;
        }
        _hasProbed = true;
        if (await relay.AskAsync(owner, RelayKind.Probe, Question()) is [1, ..]) connection.Sender.WriteControl(EngineFrames.ProbePong);
        else await Drop();
    }

    private async ValueTask UpgradeAsync()
    {
        if (!connection.TryCancelTimeout()) return;
        try
        {
            if (await relay.AskAsync(owner, RelayKind.Move, Question()) is { Length: > 0 } moved) await ArriveAsync(MovedSession.Read(moved));
            // The client connects again, and finds its rooms by its pid.
            else connection.Close(CloseReason.ServerError);
        }
        catch (InvalidDataException)
        {
            // This node does not understand the other one.
            connection.Close(CloseReason.ServerError);
        }
    }

    private Task ArriveAsync(MovedSession moved)
    {
        _arrived = new EngineWebSocket(sessions.Adopt(sid, place.HandOver()), connection, probes: false);
        return _arrived.Session.ArriveAsync(_arrived, moved.Frames, link => application.ArriveAsync(link, moved.Application));
    }

    private byte[] Question() => MovedClientCodec.ToBytes(output =>
    {
        output.Write(sid);
        output.Write(_name);
    });

    // Only this WebSocket is dropped: the session goes on over polling.
    private ValueTask Drop()
    {
        connection.Close(CloseReason.ProtocolError);
        return default;
    }
}
