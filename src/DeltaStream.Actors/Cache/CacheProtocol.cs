using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>What is asked of the node's CacheActor. Nothing of it leaves the process.</summary>
internal interface ICacheRequest : INoSerializationVerificationNeeded;

/// <summary>What the CacheActor says.</summary>
internal interface ICacheReply : INoSerializationVerificationNeeded;

/// <summary>
/// The sender is about to join a room other than <c>general</c>. Answered by <see cref="RoomReady"/> once the room is in use on
/// the node and was read from the store, or by <see cref="RoomRefused"/>.
/// </summary>
/// <param name="Room">The room.</param>
/// <param name="Token">Comes back with the answer.</param>
internal sealed record UseRoom(Room Room, int Token) : ICacheRequest;

/// <summary>Subscribe to the room's topic now.</summary>
internal sealed record RoomReady(Room Room, int Token) : ICacheReply;

/// <summary>As many rooms are in use on the node as may be.</summary>
internal sealed record RoomRefused(Room Room, int Token) : ICacheReply;

/// <summary>The sender has left the room.</summary>
internal sealed record LeaveRoom(Room Room) : ICacheRequest;

/// <summary>Asks for the room's snapshot, after the subscription was acknowledged; answered by <see cref="Snapshot"/>.</summary>
/// <param name="Room">A room the sender uses, or <c>general</c>.</param>
/// <param name="Token">Comes back with the answer.</param>
internal sealed record GetSnapshot(Room Room, int Token) : ICacheRequest;

/// <summary>
/// The room's snapshot: not a copy of its values, which could be older by the time it is handled than what another room has
/// brought, but a view, to be read by its receiver.
/// </summary>
internal sealed record Snapshot(RoomView View, int Token) : ICacheReply;

/// <summary>Asks which products have a value under 60 s old; answered by <see cref="ProductList"/>.</summary>
/// <param name="AckId">Comes back with the answer.</param>
internal sealed record GetProducts(ReadOnlyMemory<byte>? AckId) : ICacheRequest;

/// <summary>The products.</summary>
/// <param name="Products">Sorted by ordinal.</param>
/// <param name="AckId">As asked.</param>
internal sealed record ProductList(IReadOnlyList<string> Products, ReadOnlyMemory<byte>? AckId) : ICacheReply;

/// <summary>
/// Published on the node's event stream: the CacheActor or the node's subscriptions were lost and are new. Every client of the
/// node joins its rooms again.
/// </summary>
internal sealed record SubscriptionsLost : ICacheReply
{
    public static readonly SubscriptionsLost Instance = new();
}
