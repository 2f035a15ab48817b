using System.Runtime.Serialization;
using System.Security.Cryptography;
using Akka.Actor;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.Engine;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>
/// A session on another node for which a WebSocket on this node probes. After the upgrade the session is on this node, and none of
/// its messages pass through the other node.
/// </summary>
internal sealed class RemoteSession(
    SessionRelay relay, Address owner, string sid, AdmissionControl admission, ClientAddress address, EngineSessions sessions, IEngineApplication application) : IProbed
{
    private readonly string _probe = RandomNumberGenerator.GetHexString(16);
    private bool _hasPlace;

    public async ValueTask<bool> TryBeginProbeAsync(EngineWebSocket webSocket)
    {
        // Takes the place before the request for the session, because that request ends the session on the other node.
        if (admission.TryEnter(address) is { } refused)
        {
            admission.Count(refused);
            return false;
        }
        _hasPlace = true;
        return await relay.AskAsync(owner, RelayKind.Probe, Question()) is [1, ..];
    }

    public async ValueTask<EngineSession?> UpgradeAsync(EngineWebSocket webSocket)
    {
        // Without the session the client reconnects, and recovers its rooms by its pid.
        if (await relay.AskAsync(owner, RelayKind.Move, Question()) is not { Length: > 0 } answer) return null;
        EngineSession? session = null;
        try
        {
            var moved = MovedSession.Read(answer);
            // From now on the session returns the place when it closes.
            _hasPlace = false;
            session = sessions.Adopt(sid, address);
            await session.ArriveAsync(webSocket, moved.Frames, link => application.ArriveAsync(link, moved.Application));
        }
        catch (SerializationException)
        {
            // This node can't read the other node's answer.
            session?.Close(CloseReason.ServerError);
        }
        return session;
    }

    public void EndProbe(EngineWebSocket webSocket)
    {
        if (!_hasPlace) return;
        admission.Leave(address);
        relay.Tell(owner, RelayKind.EndProbe, Question());
    }

    private byte[] Question() => new FieldWriter().Text(sid).Text(_probe).ToBytes();
}
