using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>A room at one moment.</summary>
/// <param name="Serial">The node's last serial: all that was numbered until then is in the room's slots, or superseded.</param>
/// <param name="Values">What was wanted of the room, in the order in which it is to be sent.</param>
/// <param name="Handed">How far along the room's topic the node had come.</param>
/// <param name="Given">The number of the last update that the cache had given to a wide room.</param>
internal sealed record RoomReading(long Serial, IReadOnlyList<MarketUpdate> Values, Progress Handed, long Given);

/// <summary>A room of the node, to be read at the moment when it is wanted and not before.</summary>
internal sealed record RoomView(NodeOrder Order, Room Room, TimeProvider Time)
{
    public RoomReading Read(Func<Slot, MarketUpdate?> take) => Order.Read(Room, Time.UnixMicroseconds(), take);
}

/// <summary>An update that the cache gives to a room's clients, because their topic has not brought it.</summary>
/// <param name="Room">The room.</param>
/// <param name="Update">The update.</param>
/// <param name="Number">Counts what is given to wide rooms.</param>
internal sealed record MissedUpdate(Room Room, MarketUpdate Update, long Number) : INoSerializationVerificationNeeded;
