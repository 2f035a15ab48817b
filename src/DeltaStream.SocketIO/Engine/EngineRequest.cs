using System.Diagnostics.CodeAnalysis;

namespace DeltaStream.SocketIO.Engine;

/// <summary>An HTTP request to the Engine.IO path: its method and its query (Engine.IO protocol 4, "Handshake").</summary>
/// <param name="Transport">The transport that the request names.</param>
/// <param name="Sid">The session's id; null for a handshake.</param>
/// <param name="IsGet">Whether the method is GET.</param>
/// <param name="IsPost">Whether the method is POST.</param>
/// <param name="IsWebSocket">Whether the request asks for an upgrade of its connection to a WebSocket.</param>
public sealed record EngineRequest(EngineTransport Transport, string? Sid, bool IsGet, bool IsPost, bool IsWebSocket)
{
    /// <summary>Reads a request. Unknown query parameters are ignored; of repeated ones the first counts.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="query">The query string as the client sent it, with or without its question mark.</param>
    /// <param name="isWebSocket">Whether the request asks for a WebSocket.</param>
    /// <param name="request">The request; null if it is refused.</param>
    /// <param name="error">The reason for a refusal; null if there is none.</param>
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

    /// <summary>Checks a request with a sid against its session.</summary>
    /// <param name="current">The session's current transport; null if the session is unknown.</param>
    /// <returns>
    /// The reason for a refusal, or null. This method does not refuse a second WebSocket for a session that already has one: the
    /// protocol accepts that WebSocket and then closes it.
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
