using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>The requests a client can make.</summary>
internal enum ClientRequestKind : byte
{
    /// <summary><c>subscribe</c>: join a room.</summary>
    Subscribe = 1,

    /// <summary><c>unsubscribe</c>: leave a room.</summary>
    Unsubscribe = 2,

    /// <summary><c>get_products</c>: which products have a value.</summary>
    GetProducts = 3,
}

/// <summary>A valid request.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Room">The room it is about; null for <see cref="ClientRequestKind.GetProducts"/>.</param>
internal readonly record struct ClientRequest(ClientRequestKind Kind, Room? Room);
