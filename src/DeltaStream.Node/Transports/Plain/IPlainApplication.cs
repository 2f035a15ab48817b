using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>What speaks over plain WebSockets.</summary>
public interface IPlainApplication
{
    /// <summary>A connection was opened.</summary>
    IPlainConnection Open(IConnectionLink link);
}

/// <summary>The application's end of one plain WebSocket. Calls come one after the other, but for <see cref="Ready"/> and <see cref="Closed"/>.</summary>
public interface IPlainConnection
{
    /// <summary>Begins; nothing is read before this has completed.</summary>
    /// <returns>False where the client is not let in: the connection is closed.</returns>
    ValueTask<bool> StartAsync();

    /// <summary>A message from the client; valid until this has completed, and nothing more is read until then.</summary>
    ValueTask ReceiveAsync(PlainMessage message);

    /// <summary>Something that is no message; the connection stays open.</summary>
    ValueTask ReceiveInvalidAsync(string why);

    /// <summary>The link is ready for a write.</summary>
    void Ready();

    /// <summary>The connection is over. Called once, last.</summary>
    void Closed(CloseReason reason);
}
