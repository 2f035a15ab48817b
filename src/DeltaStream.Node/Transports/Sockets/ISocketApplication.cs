using DeltaStream.Actors.Binary;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO;

namespace DeltaStream.Node.Transports.Sockets;

/// <summary>What speaks over Socket.IO.</summary>
internal interface ISocketApplication
{
    /// <summary>A connection was opened; its client has joined no namespace yet.</summary>
    ISocketConnection Open(IConnectionLink link);

    /// <summary>A connection comes from another node, where its client had joined the namespace <c>/</c>.</summary>
    /// <returns>Null where it can't go on here.</returns>
    ValueTask<ISocketConnection?> ArriveAsync(IConnectionLink link, FieldReader state) => new((ISocketConnection?)null);
}

/// <summary>The application's end of one connection. Calls come one after the other.</summary>
internal interface ISocketConnection
{
    /// <summary>The client asks to join a namespace.</summary>
    /// <param name="ns">The namespace, with its slash.</param>
    /// <param name="payload">A JSON object; empty where none came. Valid until this has completed.</param>
    ValueTask<SocketAdmission> ConnectAsync(string ns, ReadOnlyMemory<byte> payload);

    /// <summary>
    /// The reply to an accepted CONNECT is on its way: what is written from now on comes after it. The moment for
    /// <see cref="IConnectionLink.Attach"/>.
    /// </summary>
    void Connected(string ns);

    /// <summary>An event in a namespace that the client has joined.</summary>
    /// <param name="packet">The packet; valid until this has completed.</param>
    /// <param name="attachments">Its binary attachments; their bytes are the application's own.</param>
    ValueTask EventAsync(SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments);

    /// <summary>A message was larger than it may be: a WebSocket closes next, and what is written now still leaves; over polling it goes on.</summary>
    void TooLarge() { }

    /// <summary>The client has left a namespace.</summary>
    void Disconnected(string ns);

    /// <summary>Completes once everything received so far is handled, and what it caused is written or waits to be.</summary>
    ValueTask SettleAsync();

    /// <summary>The connection goes on at another node: writes everything that the application there has to know.</summary>
    /// <returns>False where it can't leave.</returns>
    ValueTask<bool> LeaveAsync(FieldWriter state) => new(false);
}

/// <summary>The answer to a CONNECT.</summary>
/// <param name="Sid">The client's public id in the namespace; null where it is refused.</param>
/// <param name="Refusal">What a refused client is told.</param>
/// <param name="Code">The code that goes with it; null for none.</param>
internal readonly record struct SocketAdmission(string? Sid, string? Refusal, string? Code)
{
    /// <summary>The private id with which the client finds its state again; null where none is kept.</summary>
    public string? Pid { get; init; }

    /// <summary>Lets the client in.</summary>
    public static SocketAdmission Accept(string sid, string? pid = null) => new(sid, null, null) { Pid = pid };

    /// <summary>Refuses the client; its connection stays open.</summary>
    public static SocketAdmission Refuse(string message, string? code = null) => new(null, message, code);
}
