using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Clients;

/// <summary>One room of a request.</summary>
/// <param name="Room">The room; null if the entry does not name one.</param>
/// <param name="Error">Why the entry is not valid; null if it is.</param>
internal sealed record RoomEntry(Room? Room, RequestError? Error)
{
    /// <summary>The view that the client asks for; null for whole documents.</summary>
    public View? View { get; init; }

    /// <summary>The versions that the client has of the room's chains, by expiry; null for none.</summary>
    public IReadOnlyDictionary<string, ViewVersion>? Have { get; init; }
}

/// <summary>The entries of a request with <c>rooms</c>. Of entries with the same room only the last is kept.</summary>
/// <param name="Entries">In the order of the request.</param>
/// <param name="Sent">The number of entries that the client sent.</param>
/// <param name="Replace">True if the client wants to leave its other rooms.</param>
internal sealed record RoomEntries(IReadOnlyList<RoomEntry> Entries, int Sent, bool Replace);
