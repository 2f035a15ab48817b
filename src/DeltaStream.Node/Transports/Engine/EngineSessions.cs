using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The sessions of one Engine.IO path, by their secret ids.</summary>
/// <param name="settings">Times and limits.</param>
/// <param name="deadlines">The timer of the connections.</param>
/// <param name="admission">Gets the places of ended sessions back.</param>
/// <param name="addresses">Gets the requests that come from a new address.</param>
/// <param name="idPrefix">The text before the random part of ids; null for none.</param>
internal sealed class EngineSessions(
    TransportSettings settings, Deadlines deadlines, AdmissionControl admission, AddressWatch addresses, Func<string>? idPrefix = null)
{
    private readonly ConcurrentDictionary<string, EngineSession> _sessions = new(StringComparer.Ordinal);

    public TransportSettings Settings => settings;

    public Deadlines Deadlines => deadlines;

    /// <summary>All open sessions. A session that opens during the enumeration may be missing.</summary>
    public IEnumerable<EngineSession> All => _sessions.Select(entry => entry.Value).Where(session => !session.End.IsOver);

    /// <summary>Makes a session. The caller has taken a place for it (<see cref="AdmissionControl"/>).</summary>
    public EngineSession Create(ClientAddress address) => Adopt(RandomId.Create(idPrefix?.Invoke() ?? ""), address);

    /// <summary>Makes a session that has left another node. The caller has taken a place for it.</summary>
    public EngineSession Adopt(string sid, ClientAddress address) => _sessions[sid] = new EngineSession(this, sid, address);

    /// <summary>The open packet for this session.</summary>
    public EnginePacket Handshake(EngineSession session, bool canUpgrade) =>
        new EngineHandshake(session.Sid, canUpgrade, settings.PingInterval, settings.PingTimeout, settings.MaxPayload).ToPacket();

    public bool TryFind(string sid, [NotNullWhen(true)] out EngineSession? session) => _sessions.TryGetValue(sid, out session);

    /// <summary>Records the address of a request with the session's id.</summary>
    public void UsedFrom(EngineSession session, ClientAddress address)
    {
        if (session.UsedFrom != address) addresses.Moved(session.UsedFrom, address, session.Transport);
        session.UsedFrom = address;
    }

    /// <summary>Removes the session: requests no longer find it.</summary>
    public void Remove(EngineSession session)
    {
        deadlines.Cancel(session);
        _sessions.TryRemove(session.Sid, out _);
    }

    /// <summary>A session has ended; it may still have a last answer for a poll.</summary>
    public void OnClosed(EngineSession session) => admission.Leave(session.OpenedFrom);
}
