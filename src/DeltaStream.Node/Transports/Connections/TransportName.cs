namespace DeltaStream.Node.Transports.Connections;

/// <summary>The names of the transports, in logs and metrics.</summary>
internal static class TransportName
{
    /// <summary>Engine.IO over HTTP long-polling.</summary>
    public const string Polling = "polling";

    /// <summary>Engine.IO over a WebSocket.</summary>
    public const string WebSocket = "websocket";

    /// <summary>The plain WebSocket.</summary>
    public const string Plain = "ws";
}
