using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>The reason why a client's request was refused (docs/protocol.md).</summary>
/// <param name="Code">An error code of docs/protocol.md.</param>
/// <param name="Message">The text for a person. It names what was wrong, and a limit with its number.</param>
public sealed record RequestError(string Code, string Message)
{
    // A longer name is not one of our events, and repeating it would make the answer as large as the request.
    private const int MostRepeated = Symbol.MaxLength;

    /// <summary>The client's event; null if none can be named.</summary>
    public string? Event { get; init; }

    /// <summary>The room that the request was about; null if none can be named.</summary>
    public Room? Room { get; init; }

    /// <summary>The type or the symbol is missing.</summary>
    public static readonly RequestError MissingField = new("missing_field", "Missing type or symbol");

    /// <summary>The renewing token has another subject.</summary>
    public static readonly RequestError OtherSubject = new("unauthorized", "The token is another subject's") { Event = "authenticate" };

    /// <summary>The token was not renewed in time.</summary>
    public static readonly RequestError TokenExpired = new("token_expired", "The token has expired");

    /// <summary>All error codes.</summary>
    public static readonly IReadOnlyList<string> Codes =
    [
        "missing_field", "invalid_type", "invalid_symbol", "invalid_expiry", "unknown_event", "invalid_message", "unauthorized",
        "token_expired", "rate_limited", "message_too_large", "too_many_subscriptions", "invalid_view", "too_many_views",
    ];

    /// <param name="type">The client's type; null if it is not a text.</param>
    public static RequestError InvalidType(string? type) => new("invalid_type", $"Type {Repeat(type)} is not product, chain or general");

    /// <param name="symbol">The client's symbol; null if it is not a text.</param>
    public static RequestError InvalidSymbol(string? symbol) => new(
        "invalid_symbol",
        $"Symbol {Repeat(symbol)} is not 1 to {Symbol.MaxCodePoints} letters and digits of any script, single inner spaces and {Symbol.Signs}");

    /// <param name="expiry">The client's expiry; null if it is not a text.</param>
    public static RequestError InvalidExpiry(string? expiry) => new("invalid_expiry", $"Expiry {Repeat(expiry)} is not a date such as 2026-11-26 or 26-Nov-2026");

    public static RequestError ExpiryOfProduct(string? expiry) => new("invalid_expiry", $"Expiry {Repeat(expiry)} is for the type chain only");

    public static RequestError UnknownEvent(string name) => new(
        "unknown_event", $"Unknown event {Repeat(name)}: there are subscribe, unsubscribe, get_products, get_expiries, pause, resume and authenticate");

    /// <param name="name">The event whose data is not valid.</param>
    public static RequestError InvalidMessage(string name) => new("invalid_message", $"The data of {name} must be a JSON object");

    /// <param name="name">The event whose <c>rooms</c> is not valid.</param>
    public static RequestError InvalidRooms(string name) =>
        new("invalid_message", $"rooms of {name} must be an array of 1 to {RoomsReader.MostEntries} objects, without type beside it");

    /// <param name="name">The event of which an entry of <c>rooms</c> is not an object.</param>
    public static RequestError InvalidEntry(string name) => new("invalid_message", $"An entry of rooms of {name} must be a JSON object");

    /// <summary>A message on a plain WebSocket is not an event.</summary>
    public static RequestError NoEvent(string why) => new("invalid_message", why);

    public static RequestError RefusedToken(string why) => new("unauthorized", why);

    public static RequestError Unauthorized(Room room) => new("unauthorized", $"The token does not cover {room}") { Room = room };

    public static RequestError TooManyMessages(long perSecond, long burst) =>
        new("rate_limited", $"Too many messages: the limit is {perSecond} a second and {burst} at once");

    public static RequestError TooManyJoins(RateLimit limit) =>
        new("rate_limited", $"Too many joins: the limit is {limit.PerSecond} a second and {limit.Burst} at once");

    public static RequestError TooManyBytes(RateLimit limit) =>
        new("rate_limited", $"Too many bytes requested: the limit is {limit.PerSecond} a second and {limit.Burst} at once");

    public static RequestError MessageTooLarge(int mostBytes) => new("message_too_large", $"The message is larger than {mostBytes} bytes");

    public static RequestError TooManySubscriptions(int most) =>
        new("too_many_subscriptions", $"Too many subscriptions: a client can be in {most} rooms, leave one first");

    public static RequestError TooManyRooms(int most) =>
        new("too_many_subscriptions", $"Too many subscriptions: the clients of this node can be in {most} rooms, try another node or later");

    /// <param name="why">What is wrong; it names the field.</param>
    public static RequestError InvalidView(string why) => new("invalid_view", why);

    public static RequestError TooManyViews(int most) =>
        new("too_many_views", $"Too many views: a client can have {most} that differ in mode, format, window, sides or fields");

    public static RequestError TooManyNodeViews(int most) =>
        new("too_many_views", $"Too many views: the clients of this node can have {most}, try another node or later");

    /// <summary>The same error, with the event and the room of the message that it answers.</summary>
    /// <param name="name">The client's event.</param>
    /// <param name="data">The event's data; not read further than for the room's name.</param>
    public RequestError About(string name, ReadOnlySpan<byte> data) =>
        Of(name) with { Room = Room ?? (RequestReader.Read(name, data, out var request) is null ? request.Room : null) };

    /// <summary>The same error, with the event that it answers.</summary>
    public RequestError Of(string name) => this with { Event = name.Length > MostRepeated ? null : name };

    /// <summary>The same error, about a room that a client is in or wants to join.</summary>
    /// <param name="room">The room.</param>
    /// <param name="isRequested">True if the client has asked to subscribe.</param>
    internal RequestError Of(Room room, bool isRequested) => this with { Event = isRequested ? "subscribe" : null, Room = room };

    private static string Repeat(string? text) => text switch
    {
        null => "(not a text)",
        { Length: > MostRepeated } => $"\"{text[..(char.IsHighSurrogate(text[MostRepeated - 1]) ? MostRepeated - 1 : MostRepeated)]}…\"",
        _ => $"\"{text}\"",
    };
}
