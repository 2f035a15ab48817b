using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>The protocol above a WebSocket.</summary>
internal interface IWebSocketReceiver
{
    /// <summary>
    /// A whole message has come. The WebSocket reads no further message until this completes; the data is valid until then.
    /// </summary>
    ValueTask OnMessageAsync(WebSocketMessage message);

    /// <summary>A message is too large; the WebSocket closes next.</summary>
    void OnTooLarge();

    /// <summary>A pong, or another sign that the client is alive, has come.</summary>
    void OnAlive() { }
}
