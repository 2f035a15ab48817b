using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Cache;

/// <summary>What is asked of the node's CacheActor. Nothing of it leaves the process.</summary>
public interface ICacheRequest : INoSerializationVerificationNeeded;

/// <summary>What the CacheActor says.</summary>
public interface ICacheReply : INoSerializationVerificationNeeded;

/// <summary>
/// The sender is about to join a room other than <c>general</c>. Answered by <see cref="RoomReady"/> once the CacheActor
/// itself hears the room's topic, so that it has seen whatever the sender will see; or by <see cref="RoomRefused"/>.
/// </summary>
/// <param name="Room">The room.</param>
/// <param name="Token">Comes back with the answer.</param>
public sealed record UseRoom(Room Room, int Token) : ICacheRequest
{
    /// <summary>The token of who is in the room already and only has to say so again.</summary>
    public const int Rejoined = 0;
}

/// <summary>The CacheActor hears the room's topic: subscribe to it now.</summary>
public sealed record RoomReady(Room Room, int Token) : ICacheReply;

/// <summary>As many rooms are in use on the node as may be.</summary>
public sealed record RoomRefused(Room Room, int Token) : ICacheReply;

/// <summary>The sender has left the room.</summary>
public sealed record LeaveRoom(Room Room) : ICacheRequest;

/// <summary>Asks for the room's snapshot; answered by <see cref="Snapshot"/> within about a second whatever happens.</summary>
/// <param name="Room">A room the sender uses, or <c>general</c>.</param>
/// <param name="Token">Comes back with the answer.</param>
/// <param name="AtLeast">What the sender has seen of the room.</param>
/// <param name="WideAtLeast">What the sender has seen of the wide room that overlaps it.</param>
/// <param name="WithValues">False: only how far the room has come, as on connecting.</param>
/// <param name="IsLast">
/// The sender leaves the node after this. Where the room is still settling, the answer comes after the look that ends it: what
/// that finds the sender could be offered nowhere else.
/// </param>
public sealed record GetSnapshot(Room Room, int Token, Position AtLeast, Position WideAtLeast, bool WithValues = true, bool IsLast = false) : ICacheRequest;

/// <summary>The newest value of each live key of a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="Token">As asked.</param>
/// <param name="Values">In the order they are to be sent.</param>
/// <param name="IsComplete">Whether it covers all that the asker had seen.</param>
/// <param name="Seen">How far along the room's topic the CacheActor had seen; it will offer what comes late for that.</param>
/// <param name="Serial">The number of the last <see cref="OfferedValue"/> that it covers.</param>
public sealed record Snapshot(Room Room, int Token, IReadOnlyList<MarketUpdate> Values, bool IsComplete, Position Seen, long Serial) : ICacheReply;

/// <summary>
/// A value that the room's topic did not bring, or brought too late for its position: newer than all of its key that the
/// CacheActor had seen. Told to every user of the room, and over the node's event stream for <c>general</c>.
/// </summary>
/// <param name="Room">The room it is for.</param>
/// <param name="Update">The value.</param>
/// <param name="Seen">How far along the room's topic the CacheActor had seen.</param>
/// <param name="Serial">Counts them.</param>
public sealed record OfferedValue(Room Room, MarketUpdate Update, Position Seen, long Serial) : ICacheReply;

/// <summary>The sender is ahead of the CacheActor: offer the value again, if it is still the newest, once that has caught up.</summary>
public sealed record OfferAgain(Room Room, MarketUpdate Update, Position AtLeast) : ICacheRequest;

/// <summary>Asks which products have a value under 60 s old; answered by <see cref="ProductList"/>.</summary>
/// <param name="AckId">Comes back with the answer.</param>
public sealed record GetProducts(ReadOnlyMemory<byte>? AckId) : ICacheRequest;

/// <summary>The products.</summary>
/// <param name="Products">Sorted by ordinal.</param>
/// <param name="AckId">As asked.</param>
public sealed record ProductList(IReadOnlyList<string> Products, ReadOnlyMemory<byte>? AckId) : ICacheReply;

/// <summary>
/// Published on the node's event stream: the CacheActor or the node's subscriptions were lost and are new. Everyone on the
/// node joins their rooms again.
/// </summary>
public sealed record SubscriptionsLost : ICacheReply
{
    /// <summary>The only one.</summary>
    public static readonly SubscriptionsLost Instance = new();
}
