using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>An application over plain WebSockets.</summary>
internal interface IPlainApplication
{
    /// <summary>A connection has opened.</summary>
    IPlainConnection Open(IConnectionLink link);
}

/// <summary>The application's side of one plain WebSocket. Calls come one after the other.</summary>
internal interface IPlainConnection
{
    /// <summary>Whether the client is accepted. If not, a message with a valid token must come within the connect timeout.</summary>
    bool IsOpen { get; }

    /// <summary>Starts the connection; the node reads no message before this completes.</summary>
    /// <returns>False if the client is refused: the connection is then closed.</returns>
    ValueTask<bool> StartAsync();

    /// <summary>
    /// A message from the client. The connection reads no further message until this completes; the data is valid until then.
    /// </summary>
    ValueTask ReceiveAsync(PlainMessage message);

    /// <summary>The bytes are not a message; the connection stays open.</summary>
    ValueTask ReceiveInvalidAsync(string why);

    /// <summary>A message is too large. The connection closes next, but the application can still write now.</summary>
    void TooLarge();

    /// <summary>The connect timeout has passed before the client was accepted; the application closes the connection.</summary>
    void GiveUp();

}
