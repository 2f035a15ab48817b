using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>What speaks over Engine.IO sessions.</summary>
internal interface IEngineApplication
{
    /// <summary>A session was opened.</summary>
    IEngineConnection Open(IEngineLink link);

    /// <summary>A session comes from another node; what <see cref="IEngineConnection.LeaveAsync"/> gave there is all that is known of it.</summary>
    /// <returns>Null where it can't go on here.</returns>
    /// <exception cref="System.Runtime.Serialization.SerializationException">The state can't be read.</exception>
    ValueTask<IEngineConnection?> ArriveAsync(IEngineLink link, byte[] state) => new((IEngineConnection?)null);
}

/// <summary>An Engine.IO session as its application sees it.</summary>
internal interface IEngineLink : IConnectionLink
{
    /// <summary>Sends one frame of the protocol's own, whether the link is ready or not. Bounded: a client that does not read is closed.</summary>
    void WriteControl(Frame frame);
}

/// <summary>The application's end of one session. Calls come one after the other.</summary>
internal interface IEngineConnection
{
    /// <summary>A message from the client. Nothing more is read from it until this has completed; the data is valid until then.</summary>
    ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary);

    /// <summary>A message was larger than it may be: a WebSocket closes next, and what is written now still leaves; over polling it goes on.</summary>
    void TooLarge() { }

    /// <summary>Completes once everything received so far is handled, and what it caused is written or waits to be.</summary>
    ValueTask SettleAsync();

    /// <summary>
    /// The session goes on at another node. Completes with everything that the application there has to know; this end writes
    /// nothing more then, and hears nothing more.
    /// </summary>
    /// <returns>Null where it can't leave.</returns>
    ValueTask<byte[]?> LeaveAsync() => new((byte[]?)null);
}
