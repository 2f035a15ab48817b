using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// The rooms of a client that moves, and the updates it has received in them. It has positions instead of serials, because each
/// node has an order of its own.
/// </summary>
/// <param name="Rooms">The client's rooms.</param>
/// <param name="Until">Wide rooms in which the client has received everything up to this position.</param>
/// <param name="Ahead">Keys of which the client has also received this position.</param>
/// <param name="NotReceived">Keys of which the client has received everything older than this position, but not this position or anything newer.</param>
public sealed record MovedRooms(
    IReadOnlyList<Room> Rooms,
    IReadOnlyList<(Room Room, Position Position)> Until,
    IReadOnlyList<(MarketEvent Event, ConflationKey Key, Position Position)> Ahead,
    IReadOnlyList<(MarketEvent Event, ConflationKey Key, Position Position)> NotReceived);
