using DeltaStream.Actors.Binary;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO;

namespace DeltaStream.Node.Transports.Sockets;

/// <summary>An application over Socket.IO.</summary>
internal interface ISocketApplication
{
    /// <summary>A connection has opened; its client has not joined a namespace yet.</summary>
    ISocketConnection Open(IConnectionLink link);

    /// <summary>A connection comes from another node, where its client had joined the namespace <c>/</c>.</summary>
    /// <returns>Null if the connection can't continue here.</returns>
    ValueTask<ISocketConnection?> ArriveAsync(IConnectionLink link, FieldReader state) => new((ISocketConnection?)null);
}

/// <summary>The application's side of one connection. Calls come one after the other.</summary>
internal interface ISocketConnection
{
    /// <summary>The client asks to join a namespace.</summary>
    /// <param name="ns">The namespace, with its slash.</param>
    /// <param name="payload">A JSON object; empty if the client sent none. Valid until this completes.</param>
    ValueTask<SocketAdmission> ConnectAsync(string ns, ReadOnlyMemory<byte> payload);

    /// <summary>
    /// The reply to an accepted CONNECT is queued, so later writes come after it. The application calls <see
    /// cref="IConnectionLink.Attach"/> here.
    /// </summary>
    void Connected(string ns);

    /// <summary>An event in a namespace that the client has joined.</summary>
    /// <param name="packet">The packet; valid until this has completed.</param>
    /// <param name="attachments">Its binary attachments; their bytes are the application's own.</param>
    ValueTask EventAsync(SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments);

    /// <summary>
    /// A message was too large. A WebSocket closes next, but the application can still write now; over polling the connection goes
    /// on.
    /// </summary>
    void TooLarge() { }

    /// <summary>The client has left a namespace.</summary>
    void Disconnected(string ns);

    /// <summary>Completes when all messages so far are handled, and the answers to them are written or queued.</summary>
    ValueTask WhenHandledAsync();

    /// <summary>The connection moves to another node: writes the state for the application there.</summary>
    /// <returns>False if the connection can't move.</returns>
    ValueTask<bool> LeaveAsync(FieldWriter state) => new(false);
}

/// <summary>The answer to a CONNECT.</summary>
/// <param name="Sid">The client's public id in the namespace; null if the client is refused.</param>
/// <param name="Refusal">The text for a refused client.</param>
/// <param name="Code">The code of the refusal; null for none.</param>
internal readonly record struct SocketAdmission(string? Sid, string? Refusal, string? Code)
{
    /// <summary>The private id with which the client recovers its state; null if no state is kept.</summary>
    public string? Pid { get; init; }

    /// <summary>Accepts the client.</summary>
    public static SocketAdmission Accept(string sid, string? pid = null) => new(sid, null, null) { Pid = pid };

    /// <summary>Refuses the client; its connection stays open.</summary>
    public static SocketAdmission Refuse(string message, string? code = null) => new(null, message, code);
}
