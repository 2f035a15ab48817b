namespace DeltaStream.SocketIO.Engine;

/// <summary>How an Engine.IO session's packets travel.</summary>
public enum EngineTransport
{
    /// <summary>HTTP long-polling.</summary>
    Polling,

    /// <summary>A WebSocket.</summary>
    WebSocket,
}
