using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>What speaks over Engine.IO sessions.</summary>
public interface IEngineApplication
{
    /// <summary>A session was opened. The link is not ready before <see cref="IEngineConnection.Ready"/>.</summary>
    IEngineConnection Open(IEngineLink link);

    /// <summary>A session comes from another node; what <see cref="IEngineConnection.LeaveAsync"/> gave there is all that is known of it.</summary>
    /// <returns>Null where it can't go on here.</returns>
    ValueTask<IEngineConnection?> ArriveAsync(IEngineLink link, byte[] state) => new((IEngineConnection?)null);
}

/// <summary>An Engine.IO session as its application sees it.</summary>
public interface IEngineLink : IConnectionLink
{
    /// <summary>Whether a write would leave now: true on a WebSocket, over polling while a poll waits.</summary>
    bool CanWrite { get; }

    /// <summary>Sends one frame of the protocol's own, whether the link is ready or not. Bounded: a client that does not read is closed.</summary>
    void WriteControl(Actors.Wire.Frame frame);
}

/// <summary>The application's end of one session. Calls come one after the other, but for <see cref="Ready"/> and <see cref="Closed"/>.</summary>
public interface IEngineConnection
{
    /// <summary>A message from the client. Nothing more is read from it until this has completed; the data is valid until then.</summary>
    ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary);

    /// <summary>A message was larger than it may be: a WebSocket closes next, and what is written now still leaves; over polling it goes on.</summary>
    void TooLarge() { }

    /// <summary>The link is ready for a write.</summary>
    void Ready();

    /// <summary>Completes once everything received so far is handled, and what it caused is written or waits to be.</summary>
    ValueTask SettleAsync();

    /// <summary>
    /// The session goes on at another node. Completes with all that is to be known of it there; this end has written its last
    /// then, and hears nothing more. Null where it can't leave.
    /// </summary>
    ValueTask<byte[]?> LeaveAsync() => new((byte[]?)null);

    /// <summary>The session is over. Called once, last.</summary>
    void Closed(CloseReason reason);
}
