using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>One entry of a request with <c>rooms</c>.</summary>
/// <param name="Room">The room; null if the entry does not name one.</param>
/// <param name="Error">Why the entry is not valid; null if it is.</param>
internal sealed record RoomEntry(Room? Room, RequestError? Error);

/// <summary>The entries of a request with <c>rooms</c>. Of entries with the same room only the last is kept.</summary>
/// <param name="Entries">In the order of the request.</param>
/// <param name="Sent">The number of entries that the client sent.</param>
/// <param name="Replace">True if the client wants to leave its other rooms.</param>
internal sealed record RoomEntries(IReadOnlyList<RoomEntry> Entries, int Sent, bool Replace);
