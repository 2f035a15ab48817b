using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>What speaks over plain WebSockets.</summary>
internal interface IPlainApplication
{
    /// <summary>A connection was opened.</summary>
    IPlainConnection Open(IConnectionLink link);
}

/// <summary>The application's end of one plain WebSocket. Calls come one after the other.</summary>
internal interface IPlainConnection
{
    /// <summary>Whether the client is let in; if not, it has the connect timeout for the message that lets it in.</summary>
    bool IsOpen { get; }

    /// <summary>Begins; nothing is read before this has completed.</summary>
    /// <returns>False if the client is not let in: the connection is closed.</returns>
    ValueTask<bool> StartAsync();

    /// <summary>A message from the client; valid until this has completed, and nothing more is read until then.</summary>
    ValueTask ReceiveAsync(PlainMessage message);

    /// <summary>Bytes that are not a message; the connection stays open.</summary>
    ValueTask ReceiveInvalidAsync(string why);

    /// <summary>A message is larger than it may be; the connection closes next, and what is written now still leaves.</summary>
    void TooLarge();

    /// <summary>The time in which the client had to be let in is over; the connection is to be closed.</summary>
    void GiveUp();

}
