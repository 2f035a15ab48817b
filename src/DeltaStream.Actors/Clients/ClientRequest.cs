using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

internal enum ClientRequestKind : byte
{
    /// <summary><c>subscribe</c>: join a room.</summary>
    Subscribe = 1,

    /// <summary><c>unsubscribe</c>: leave a room.</summary>
    Unsubscribe = 2,

    /// <summary><c>get_products</c>: list the products that have a value.</summary>
    GetProducts = 3,

    /// <summary><c>get_expiries</c>: list the expiries of a product that have a value.</summary>
    GetExpiries = 4,

    /// <summary><c>pause</c>: hold back all updates.</summary>
    Pause = 5,

    /// <summary><c>resume</c>: send what has changed since <c>pause</c>, and go on.</summary>
    Resume = 6,
}

/// <summary>A valid request of a client.</summary>
/// <param name="Kind">The kind of request.</param>
/// <param name="Room">The requested room, for <see cref="ClientRequestKind.GetExpiries"/> that of the product's chains; null for a request about no room, or about several.</param>
internal readonly record struct ClientRequest(ClientRequestKind Kind, Room? Room)
{
    /// <summary>The entries of a request with <c>rooms</c>; null for a request about one room.</summary>
    public RoomEntries? Entries { get; init; }

    /// <summary>A <c>subscribe</c> to one room with a view; null for any other request.</summary>
    public RoomEntry? Viewed { get; init; }
}
