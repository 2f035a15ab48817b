using System.Diagnostics.CodeAnalysis;
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
    SessionRelay relay, Address owner, string sid, WebSocketConnection connection, Place place, Func<EngineWebSocket> adopt, IEngineApplication application)
    : IWebSocketReceiver
{
    private readonly string _name = RandomNumberGenerator.GetHexString(16);
    private EngineWebSocket? _arrived;
    private bool _hasProbed;

    /// <inheritdoc/>
    public ValueTask OnMessageAsync(WebSocketMessage message)
    {
        if (_arrived is not null) return _arrived.OnMessageAsync(message);
        if (message.Opcode == WebSocketOpcode.Binary || !EnginePacketCodec.TryParseText(message.Data, out var packet)) return Drop();
        if (!_hasProbed && packet is { Type: EnginePacketType.Ping, IsProbe: true }) return ProbeAsync();
        return _hasProbed && packet.Type == EnginePacketType.Upgrade ? UpgradeAsync() : Drop();
    }

    /// <inheritdoc/>
    public void OnTooLarge() => _arrived?.OnTooLarge();

    /// <inheritdoc/>
    public void OnAlive() { }

    /// <inheritdoc/>
    public void OnReady() => Volatile.Read(ref _arrived)?.OnReady();

    /// <summary>The WebSocket is over.</summary>
    public void Ended(CloseReason reason)
    {
        place.GiveBack();
        if (_arrived is not null) _arrived.Session.OnWebSocketEnded(_arrived, reason);
        else if (_hasProbed) relay.Tell(owner, RelayKind.EndProbe, Question());
    }

    private async ValueTask ProbeAsync()
    {
        // Before it is too late: a session that is asked for ends where it was.
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
        var moved = await relay.AskAsync(owner, RelayKind.Move, Question());
        // What is not here can't go on: the client connects again, and finds its rooms by its pid.
        if (moved is not { Length: > 0 } || !TryRead(moved, out var session)) connection.Close(CloseReason.ServerError);
        else
        {
            var webSocket = adopt();
            // Before the session goes on: what it writes then may have left before it has quite arrived.
            Volatile.Write(ref _arrived, webSocket);
            await webSocket.Session.ArriveAsync(webSocket, application, session);
        }
    }

    private static bool TryRead(byte[] moved, [NotNullWhen(true)] out MovedSession? session)
    {
        try
        {
            session = MovedSession.Read(moved);
            return true;
        }
        catch (InvalidDataException)
        {
            session = null;
            return false;
        }
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
