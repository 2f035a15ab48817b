using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Sessions;

/// <summary>The rooms of a client that moves, and what it has had of them, in positions: each node has an order of its own.</summary>
/// <param name="Rooms">Its rooms.</param>
/// <param name="Until">Wide rooms of which it has had all until here.</param>
/// <param name="Ahead">Of single keys it has had this as well.</param>
/// <param name="Owed">Of single keys it has had what is older than this, and neither this nor anything newer.</param>
public sealed record MovedRooms(
    IReadOnlyList<Room> Rooms,
    IReadOnlyList<(Room Room, Position Position)> Until,
    IReadOnlyList<(MarketEvent Event, ConflationKey Key, Position Position)> Ahead,
    IReadOnlyList<(MarketEvent Event, ConflationKey Key, Position Position)> Owed);
