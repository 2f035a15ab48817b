using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The sessions of one Engine.IO path, by their secret ids.</summary>
/// <param name="settings">Times and limits.</param>
/// <param name="deadlines">The connections' timer.</param>
/// <param name="admission">Gets the place back that a session has taken.</param>
/// <param name="addresses">Hears of sessions that are used from another address.</param>
/// <param name="idPrefix">What stands before the random part of ids; null for nothing.</param>
internal sealed class EngineSessions(
    TransportSettings settings, Deadlines deadlines, AdmissionControl admission, AddressWatch addresses, Func<string>? idPrefix = null)
{
    private readonly ConcurrentDictionary<string, EngineSession> _sessions = new(StringComparer.Ordinal);

    public TransportSettings Settings => settings;

    public Deadlines Deadlines => deadlines;

    /// <summary>All open sessions; one that opens meanwhile may be missing.</summary>
    public IEnumerable<EngineSession> All => _sessions.Select(entry => entry.Value).Where(session => !session.End.IsOver);

    /// <summary>Makes a session on a place that was taken for it (<see cref="AdmissionControl"/>).</summary>
    public EngineSession Create(ClientAddress address) => Adopt(RandomId.Create(idPrefix?.Invoke() ?? ""), address);

    /// <summary>Makes a session here of one that another node has let go, on a place that was taken for it.</summary>
    public EngineSession Adopt(string sid, ClientAddress address) => _sessions[sid] = new EngineSession(this, sid, address);

    /// <summary>The open packet for this session.</summary>
    public EnginePacket Handshake(EngineSession session, bool canUpgrade) =>
        new EngineHandshake(session.Sid, canUpgrade, settings.PingInterval, settings.PingTimeout, settings.MaxPayload).ToPacket();

    public bool TryFind(string sid, [NotNullWhen(true)] out EngineSession? session) => _sessions.TryGetValue(sid, out session);

    /// <summary>A request with the session's id came from this address.</summary>
    public void UsedFrom(EngineSession session, ClientAddress address)
    {
        if (session.UsedFrom != address) addresses.Moved(session.UsedFrom, address, session.Transport);
        session.UsedFrom = address;
    }

    /// <summary>Requests find the session no longer.</summary>
    public void Remove(EngineSession session)
    {
        deadlines.Cancel(session);
        _sessions.TryRemove(session.Sid, out _);
    }

    /// <summary>A session is over; it may still have a last answer to give.</summary>
    public void OnClosed(EngineSession session) => admission.Leave(session.OpenedFrom);
}
