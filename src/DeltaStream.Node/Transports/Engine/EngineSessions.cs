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
/// <param name="counts">Counts open sessions.</param>
/// <param name="admission">Gets the place back that a session has taken.</param>
/// <param name="addresses">Hears of sessions that are used from another address.</param>
/// <param name="idPrefix">What stands before the random part of ids; null for nothing.</param>
internal sealed class EngineSessions(
    TransportSettings settings, Deadlines deadlines, ConnectionCounts counts, AdmissionControl admission, AddressWatch addresses, Func<string>? idPrefix = null)
{
    private readonly ConcurrentDictionary<string, EngineSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Times and limits.</summary>
    public TransportSettings Settings => settings;

    /// <summary>The shared timer.</summary>
    public Deadlines Deadlines => deadlines;

    /// <summary>All of them, for letting them go; what opens meanwhile may be missing.</summary>
    public IEnumerable<EngineSession> All => _sessions.Select(entry => entry.Value).Where(session => !session.End.IsOver);

    /// <summary>Makes a session on a place that was taken for it at the <see cref="AdmissionControl"/>, and counts it under this transport.</summary>
    public EngineSession Create(string transport, ClientAddress address) => Add(RandomId.Create(idPrefix?.Invoke() ?? ""), transport, address);

    /// <summary>Makes a session here of one that another node has let go, on a place that was taken for it.</summary>
    public EngineSession Adopt(string sid, ClientAddress address) => Add(sid, TransportName.WebSocket, address);

    private EngineSession Add(string sid, string transport, ClientAddress address)
    {
        var session = new EngineSession(this, sid, address);
        counts.Opened(transport);
        _sessions[session.Sid] = session;
        return session;
    }

    /// <summary>The open packet for this session.</summary>
    public EnginePacket Handshake(EngineSession session, bool canUpgrade) =>
        new EngineHandshake(session.Sid, canUpgrade, settings.PingInterval, settings.PingTimeout, settings.MaxPayload).ToPacket();

    /// <summary>Looks a session up.</summary>
    public bool TryFind(string sid, [NotNullWhen(true)] out EngineSession? session) => _sessions.TryGetValue(sid, out session);

    /// <summary>The session can't be asked for any more.</summary>
    public void Remove(EngineSession session)
    {
        deadlines.Cancel(session);
        _sessions.TryRemove(session.Sid, out _);
    }

    /// <summary>A session has closed; it may still have a last answer to give.</summary>
    public void OnClosed(EngineSession session)
    {
        counts.Closed(session.Transport);
        admission.Leave(session.OpenedFrom);
    }

    /// <summary>A session was used from another address than before.</summary>
    public void OnMovedAddress(ClientAddress from, ClientAddress to, string transport) => addresses.Moved(from, to, transport);

    /// <summary>A session has moved from polling to a WebSocket.</summary>
    public void OnUpgraded() => counts.Moved(TransportName.Polling, TransportName.WebSocket);
}
