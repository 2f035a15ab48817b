using System.Text;

namespace DeltaStream.SocketIO.Engine;

/// <summary>The refusal of a request: the HTTP status, and the code and message of the JSON body.</summary>
public sealed class EngineError
{
    /// <summary>The transport is missing or unknown.</summary>
    public static readonly EngineError TransportUnknown = new(0, "Transport unknown", 400);

    /// <summary>There is no session with this id, or it has ended.</summary>
    public static readonly EngineError SessionIdUnknown = new(1, "Session ID unknown", 400);

    /// <summary>The handshake must be a GET.</summary>
    public static readonly EngineError BadHandshakeMethod = new(2, "Bad handshake method", 400);

    /// <summary>The request does not fit the session's transport.</summary>
    public static readonly EngineError BadRequest = new(3, "Bad request", 400);

    /// <summary>The origin or the credentials are not allowed.</summary>
    public static readonly EngineError Forbidden = new(4, "Forbidden", 403);

    /// <summary>The protocol version is missing or not 4.</summary>
    public static readonly EngineError UnsupportedProtocolVersion = new(5, "Unsupported protocol version", 400);

    private EngineError(int code, string message, int httpStatus)
    {
        Code = code;
        Message = message;
        HttpStatus = httpStatus;
        Json = Encoding.ASCII.GetBytes($$"""{"code":{{code}},"message":"{{message}}"}""");
    }

    /// <summary>All errors, in the order of their codes.</summary>
    public static IReadOnlyList<EngineError> All { get; } =
        [TransportUnknown, SessionIdUnknown, BadHandshakeMethod, BadRequest, Forbidden, UnsupportedProtocolVersion];

    /// <summary>The error's code in the protocol.</summary>
    public int Code { get; }

    /// <summary>The error's text in the protocol.</summary>
    public string Message { get; }

    /// <summary>The HTTP status of the response.</summary>
    public int HttpStatus { get; }

    /// <summary>The response's body: <c>{"code":…,"message":…}</c>, of type application/json.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Code} {Message}";
}
