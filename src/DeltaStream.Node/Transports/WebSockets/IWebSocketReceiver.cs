using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>What a WebSocket tells the protocol above it.</summary>
internal interface IWebSocketReceiver
{
    /// <summary>A whole message. Nothing more is read until this has completed, and the data is valid until then.</summary>
    ValueTask OnMessageAsync(WebSocketMessage message);

    /// <summary>A message is larger than it may be; the WebSocket closes next.</summary>
    void OnTooLarge();

    /// <summary>A pong, or anything else that shows that the client is there.</summary>
    void OnAlive() { }
}
