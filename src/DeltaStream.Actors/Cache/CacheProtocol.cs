using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>A request to the node's CacheActor. It never leaves the process.</summary>
internal interface ICacheRequest : INoSerializationVerificationNeeded;

/// <summary>A message to the CacheActor's clients: a reply, or <see cref="SubscriptionsLost"/>.</summary>
internal interface ICacheMessage : INoSerializationVerificationNeeded;

/// <summary>
/// The sender is about to join a room other than <c>general</c>. The reply is <see cref="RoomReady"/> once the room is in use
/// on the node and was read from the store, or <see cref="RoomRefused"/>.
/// </summary>
/// <param name="Room">The room.</param>
/// <param name="JoinId">Returned in the reply.</param>
internal sealed record UseRoom(Room Room, int JoinId) : ICacheRequest;

/// <summary>The receiver may subscribe to the room's topic now.</summary>
internal sealed record RoomReady(Room Room, int JoinId) : ICacheMessage;

/// <summary>The node's limit of rooms in use is reached.</summary>
/// <param name="Room">The room.</param>
/// <param name="JoinId">The id from the request.</param>
/// <param name="Most">The limit.</param>
internal sealed record RoomRefused(Room Room, int JoinId, int Most) : ICacheMessage;

/// <summary>The sender has left the room.</summary>
internal sealed record LeaveRoom(Room Room) : ICacheRequest;

/// <summary>Request for a room's snapshot, after the subscription was acknowledged. The reply is <see cref="Snapshot"/>.</summary>
/// <param name="Room">A room that the sender uses, or <c>general</c>.</param>
/// <param name="JoinId">Returned in the reply.</param>
internal sealed record GetSnapshot(Room Room, int JoinId) : ICacheRequest;

/// <summary>
/// A room's snapshot, as a view that the receiver reads. A copy of the values could be older than updates that another room has
/// delivered before the receiver handles this message.
/// </summary>
internal sealed record Snapshot(RoomView View, int JoinId) : ICacheMessage
{
    /// <summary>False if the store could not be asked for the room's values in time.</summary>
    public bool IsComplete { get; init; } = true;
}

/// <summary>Request for the products with a live value. The reply is <see cref="ProductList"/>.</summary>
/// <param name="AckId">Returned in the reply.</param>
internal sealed record GetProducts(ReadOnlyMemory<byte>? AckId) : ICacheRequest;

/// <summary>The reply to <see cref="GetProducts"/>.</summary>
/// <param name="Products">In ordinal order.</param>
/// <param name="AckId">The id from the request.</param>
internal sealed record ProductList(IReadOnlyList<string> Products, ReadOnlyMemory<byte>? AckId) : ICacheMessage;

/// <summary>Request for the expiries of a product with a live value. The reply is <see cref="ExpiryList"/>.</summary>
/// <param name="Symbol">The product.</param>
/// <param name="AckId">Returned in the reply.</param>
internal sealed record GetExpiries(string Symbol, ReadOnlyMemory<byte>? AckId) : ICacheRequest;

/// <summary>The reply to <see cref="GetExpiries"/>.</summary>
/// <param name="Symbol">The product.</param>
/// <param name="Expiries">Nearest first.</param>
/// <param name="AckId">The id from the request.</param>
internal sealed record ExpiryList(string Symbol, IReadOnlyList<string> Expiries, ReadOnlyMemory<byte>? AckId) : ICacheMessage;

/// <summary>
/// Published on the node's event stream, by the CacheActor after its restart, and by the CacheActor or the bridge after the
/// mediator dropped the node's subscriptions. Every client of the node joins its rooms again.
/// </summary>
internal sealed record SubscriptionsLost : ICacheMessage
{
    public static readonly SubscriptionsLost Instance = new();
}
