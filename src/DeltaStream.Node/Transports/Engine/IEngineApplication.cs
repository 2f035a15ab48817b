using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>An application over Engine.IO sessions.</summary>
internal interface IEngineApplication
{
    /// <summary>A session has opened.</summary>
    IEngineConnection Open(IEngineLink link);

    /// <summary>A session comes from another node, with the state that <see cref="IEngineConnection.LeaveAsync"/> returned there.</summary>
    /// <returns>Null if the session can't continue here.</returns>
    /// <exception cref="System.Runtime.Serialization.SerializationException">The state can't be read.</exception>
    ValueTask<IEngineConnection?> ArriveAsync(IEngineLink link, byte[] state) => new((IEngineConnection?)null);
}

/// <summary>The link of an Engine.IO session.</summary>
internal interface IEngineLink : IConnectionLink
{
    /// <summary>
    /// Sends one frame of the protocol itself, even if the link is not ready. The number of waiting frames is limited: a client
    /// that does not read is closed.
    /// </summary>
    void WriteControl(Frame frame);
}

/// <summary>The application's side of one session. Calls come one after the other.</summary>
internal interface IEngineConnection
{
    /// <summary>
    /// A message from the client. The session reads no further message until this completes; the data is valid until then.
    /// </summary>
    ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary);

    /// <summary>
    /// A message was too large. A WebSocket closes next, but the application can still write now; over polling the session goes on.
    /// </summary>
    void TooLarge() { }

    /// <summary>Completes when all messages so far are handled, and the answers to them are written or queued.</summary>
    ValueTask WhenHandledAsync();

    /// <summary>
    /// The session moves to another node. After this completes, the application writes nothing more and gets no further calls.
    /// </summary>
    /// <returns>The state for the application on the other node; null if the session can't move.</returns>
    ValueTask<byte[]?> LeaveAsync() => new((byte[]?)null);
}
