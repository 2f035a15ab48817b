using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>The content of a room at one moment.</summary>
/// <param name="Serial">The node's last serial. All updates up to it are in the room's slots or superseded.</param>
/// <param name="Values">The selected values, in the order in which they are sent.</param>
/// <param name="Progress">The progress of the room's topic on the node.</param>
/// <param name="Given">The number of the last update that the cache gave to any room.</param>
/// <param name="Receipts">When the room's updates were received.</param>
internal sealed record RoomReading(long Serial, IReadOnlyList<MarketUpdate> Values, Progress Progress, long Given, RoomReceipts Receipts = default);

/// <summary>A room of the node. Its receiver reads it at the moment of use.</summary>
internal sealed record RoomView(NodeOrder Order, Room Room, TimeProvider Time)
{
    public RoomReading Read(Func<Slot, MarketUpdate?> take) => Order.Read(Room, Time.UnixMicroseconds(), take);
}

/// <summary>An update that the cache gives to a room's clients because their topic has not delivered it.</summary>
/// <param name="Room">The room.</param>
/// <param name="Update">The update.</param>
/// <param name="Number">Counts the updates that the cache gives to rooms, wide and narrow.</param>
internal sealed record MissedUpdate(Room Room, MarketUpdate Update, long Number) : INoSerializationVerificationNeeded;
