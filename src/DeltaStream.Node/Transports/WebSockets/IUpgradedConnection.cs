using System.IO.Pipelines;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>
/// A connection whose listener serves WebSockets without HTTP. On a connection without this feature, a WebSocket is served within
/// its request and writes to the connection's pipe.
/// </summary>
internal interface IUpgradedConnection
{
    /// <summary>Takes over the sending side of the connection's socket, after the bytes in the pipe have left.</summary>
    /// <returns>Null if the WebSocket must use the pipe, because TLS stands between it and the socket.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The client has broken the connection.</exception>
    /// <exception cref="ObjectDisposedException">The client has broken the connection.</exception>
    ValueTask<WebSocketSender?> TakeSocketAsync(PipeWriter output, ConnectionEnd end, FrameDeflater? deflater);

    /// <summary>Serves the connection to its end, after the request has ended.</summary>
    void ServeAfterRequest(Func<Task> serve);
}
