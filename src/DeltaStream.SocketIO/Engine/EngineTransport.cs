namespace DeltaStream.SocketIO.Engine;

/// <summary>The transport of an Engine.IO session.</summary>
public enum EngineTransport
{
    /// <summary>HTTP long-polling.</summary>
    Polling,

    /// <summary>A WebSocket.</summary>
    WebSocket,
}
