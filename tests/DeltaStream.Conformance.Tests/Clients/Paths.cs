namespace DeltaStream.Conformance.Tests.Clients;

/// <summary>What the conformance host serves.</summary>
internal static class Paths
{
    public const string Engine = "/engine.io/";
    public const string Sockets = "/socket.io/";
    public const string WebSocketQuery = "?EIO=4&transport=websocket";
    public const string PollingQuery = "?EIO=4&transport=polling";
}
