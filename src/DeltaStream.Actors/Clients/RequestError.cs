using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>The reason why a client's request was refused (docs/protocol.md).</summary>
/// <param name="Code">An error code of docs/protocol.md.</param>
/// <param name="Message">The text for a person.</param>
public sealed record RequestError(string Code, string Message)
{
    /// <summary>The type or the symbol is missing.</summary>
    public static readonly RequestError MissingField = new("missing_field", "Missing type or symbol");

    public static readonly RequestError InvalidType = new("invalid_type", "Type must be product, chain or general");

    public static readonly RequestError InvalidSymbol =
        new("invalid_symbol", $"Symbol must be 1 to {Symbol.MaxCodePoints} letters and digits of any script, single inner spaces and {Symbol.Signs}");

    /// <summary>The expiry is not valid, or the room's type has none.</summary>
    public static readonly RequestError InvalidExpiry =
        new("invalid_expiry", "Expiry must be a date such as 2026-11-26 or 26-Nov-2026, for chains only");

    /// <summary>The gateway does not know the event.</summary>
    public static readonly RequestError UnknownEvent = new("unknown_event", "Unknown event");

    /// <summary>The data is not a JSON object.</summary>
    public static readonly RequestError InvalidMessage = new("invalid_message", "Data must be a JSON object");

    /// <summary>The client's token does not cover the room.</summary>
    public static readonly RequestError Unauthorized = new("unauthorized", "The token does not cover this room");

    /// <summary>The renewing token has another subject.</summary>
    public static readonly RequestError OtherSubject = new("unauthorized", "The token is another subject's");

    /// <summary>The token was not renewed in time.</summary>
    public static readonly RequestError TokenExpired = new("token_expired", "The token has expired");

    /// <summary>The client exceeds its rate of messages.</summary>
    public static readonly RequestError RateLimited = new("rate_limited", "Too many messages");

    /// <summary>The message exceeds <c>LIMIT_MESSAGE_BYTES</c>.</summary>
    public static readonly RequestError MessageTooLarge = new("message_too_large", "The message is too large");

    /// <summary>The client or the node has reached its limit of rooms.</summary>
    public static readonly RequestError TooManySubscriptions = new("too_many_subscriptions", "Too many subscriptions");

    public static readonly IReadOnlyList<string> Codes =
    [
        MissingField.Code, InvalidType.Code, InvalidSymbol.Code, InvalidExpiry.Code, UnknownEvent.Code, InvalidMessage.Code, Unauthorized.Code,
        TokenExpired.Code, RateLimited.Code, MessageTooLarge.Code, TooManySubscriptions.Code,
    ];
}
