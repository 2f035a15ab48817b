using System.IO.Pipelines;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>
/// A connection of a listener that serves WebSockets without HTTP. Where a connection does not offer this, a WebSocket is
/// served within its request and writes to the connection's pipe.
/// </summary>
internal interface IUpgradedConnection
{
    /// <summary>Takes over the sending side of the connection's socket, once what the pipe holds has left.</summary>
    /// <returns>Null where the pipe has to be used: TLS stands between it and the socket.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The client has broken the connection.</exception>
    /// <exception cref="ObjectDisposedException">The client has broken the connection.</exception>
    ValueTask<WebSocketSender?> TakeSocketAsync(PipeWriter output, ConnectionEnd end, FrameDeflater? deflater);

    /// <summary>Serves the connection to its end, as soon as the request is over.</summary>
    void ServeAfterRequest(Func<Task> serve);
}
