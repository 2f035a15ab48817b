using System.Diagnostics.CodeAnalysis;

namespace DeltaStream.SocketIO.Engine;

/// <summary>An HTTP request to the Engine.IO path, as its method and its query say (Engine.IO protocol 4, "Handshake").</summary>
/// <param name="Transport">The transport that it asks for.</param>
/// <param name="Sid">The session that it belongs to; null where it is a handshake.</param>
/// <param name="IsGet">Whether its method is GET.</param>
/// <param name="IsPost">Whether its method is POST.</param>
/// <param name="IsWebSocket">Whether it asks for the upgrade of its connection to a WebSocket.</param>
public sealed record EngineRequest(EngineTransport Transport, string? Sid, bool IsGet, bool IsPost, bool IsWebSocket)
{
    /// <summary>Reads a request; unknown query parameters are ignored, of repeated ones the first counts.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="query">The query string as it was sent, with or without its question mark.</param>
    /// <param name="isWebSocket">Whether the request asks for a WebSocket.</param>
    /// <param name="request">The request.</param>
    /// <param name="error">Why it is refused.</param>
    public static bool TryParse(
        string method,
        string? query,
        bool isWebSocket,
        [NotNullWhen(true)] out EngineRequest? request,
        [NotNullWhen(false)] out EngineError? error)
    {
        var parameters = EngineQuery.Parse(query);
        request = null;
        error = Check(parameters, method, isWebSocket, out var transport);
        if (error is not null) return false;
        request = new EngineRequest(transport, parameters.Sid, Is(method, "GET"), Is(method, "POST"), isWebSocket);
        return true;
    }

    /// <summary>Whether a request with a sid fits the session it names.</summary>
    /// <param name="current">The session's transport now; null if the session is unknown.</param>
    /// <returns>
    /// Why it is refused, or null. A second WebSocket for a session that has one is not refused here: the protocol lets it
    /// in and then closes it.
    /// </returns>
    public EngineError? CheckSession(EngineTransport? current)
    {
        if (current is null) return EngineError.SessionIdUnknown;
        if (IsWebSocket) return null;
        return Transport == EngineTransport.WebSocket || current != EngineTransport.Polling || !(IsGet || IsPost)
            ? EngineError.BadRequest
            : null;
    }

    private static EngineError? Check(EngineQuery parameters, string method, bool isWebSocket, out EngineTransport transport)
    {
        transport = EngineTransport.Polling;
        if (parameters.Version != "4") return EngineError.UnsupportedProtocolVersion;
        if (parameters.Transport == "websocket") transport = EngineTransport.WebSocket;
        else if (parameters.Transport != "polling") return EngineError.TransportUnknown;
        if (isWebSocket && transport == EngineTransport.Polling) return EngineError.BadRequest;
        if (parameters.Sid is not null) return null;
        if (!Is(method, "GET")) return EngineError.BadHandshakeMethod;
        return transport == EngineTransport.WebSocket && !isWebSocket ? EngineError.BadRequest : null;
    }

    private static bool Is(string method, string other) => string.Equals(method, other, StringComparison.OrdinalIgnoreCase);
}
