namespace DeltaStream.Actors.Clients;

/// <summary>Why a client's request was refused, in the words of docs/protocol.md.</summary>
/// <param name="Code">One of the error codes of docs/protocol.md.</param>
/// <param name="Message">The text for a person.</param>
public sealed record RequestError(string Code, string Message)
{
    /// <summary>No type or no symbol.</summary>
    public static readonly RequestError MissingField = new("missing_field", "Missing type or symbol");

    /// <summary>A type that no room has.</summary>
    public static readonly RequestError InvalidType = new("invalid_type", "Type must be product, chain or general");

    /// <summary>No valid symbol.</summary>
    public static readonly RequestError InvalidSymbol =
        new("invalid_symbol", "Symbol must be 1 to 32 letters, digits, '.', '_', '-', '&', '/' or inner spaces");

    /// <summary>No valid expiry, or one where none belongs.</summary>
    public static readonly RequestError InvalidExpiry =
        new("invalid_expiry", "Expiry must be a date as YYYY-MM-DD, for chains only");

    /// <summary>An event that the gateway does not know.</summary>
    public static readonly RequestError UnknownEvent = new("unknown_event", "Unknown event");

    /// <summary>Data that is no JSON object.</summary>
    public static readonly RequestError InvalidMessage = new("invalid_message", "Data must be a JSON object");

    /// <summary>A room that the client's token does not cover.</summary>
    public static readonly RequestError Unauthorized = new("unauthorized", "The token does not cover this room");

    /// <summary>A renewal by somebody else's token.</summary>
    public static readonly RequestError OtherSubject = new("unauthorized", "The token is another subject's");

    /// <summary>The token was not renewed in time.</summary>
    public static readonly RequestError TokenExpired = new("token_expired", "The token has expired");

    /// <summary>More messages than a client may send.</summary>
    public static readonly RequestError RateLimited = new("rate_limited", "Too many messages");

    /// <summary>A message over <c>LIMIT_MESSAGE_BYTES</c>.</summary>
    public static readonly RequestError MessageTooLarge = new("message_too_large", "The message is too large");

    /// <summary>The client is in as many rooms as it may be, or the node is in as many as it can.</summary>
    public static readonly RequestError TooManySubscriptions = new("too_many_subscriptions", "Too many subscriptions");

    /// <summary>Every code there is.</summary>
    public static readonly IReadOnlyList<string> Codes =
    [
        MissingField.Code, InvalidType.Code, InvalidSymbol.Code, InvalidExpiry.Code, UnknownEvent.Code, InvalidMessage.Code, Unauthorized.Code,
        TokenExpired.Code, RateLimited.Code, MessageTooLarge.Code, TooManySubscriptions.Code,
    ];
}
