using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// A request about one or several rooms whose answers are sent together: in the order of its entries, once all of its rooms are
/// ready or refused.
/// </summary>
/// <param name="kind">Subscribe or unsubscribe.</param>
/// <param name="entries">The entries.</param>
/// <param name="ackId">The acknowledgement's id; null if the client wants none.</param>
internal sealed class RoomsRequest(ClientRequestKind kind, IReadOnlyList<RoomEntry> entries, ReadOnlyMemory<byte>? ackId)
{
    public ClientRequestKind Kind { get; } = kind;

    /// <summary>The client's event.</summary>
    public string Name => Kind == ClientRequestKind.Subscribe ? "subscribe" : "unsubscribe";

    public ReadOnlyMemory<byte>? AckId { get; } = ackId;

    /// <summary>False for a request about one room, which has the answers of such a request.</summary>
    public bool IsArray { get; init; } = true;

    /// <summary>True if the client wants to leave its other rooms.</summary>
    public bool Replaces { get; init; }

    /// <summary>The rooms that the client has left because of <see cref="Replaces"/>.</summary>
    public IReadOnlyList<string> Left { get; set; } = [];

    public IReadOnlyList<EntryAnswer> Entries { get; } = [.. entries.Select(static entry => new EntryAnswer(entry))];

    /// <summary>The room of an entry was refused, or the client was made to leave it.</summary>
    public void Fail(Room room, RequestError error)
    {
        foreach (var entry in Entries)
        {
            if (entry.Error is null && room.Equals(entry.Room)) entry.Error = error;
        }
    }
}

/// <summary>The answer to one entry.</summary>
internal sealed class EntryAnswer(RoomEntry entry)
{
    /// <summary>The room; null if the entry does not name one.</summary>
    public Room? Room { get; } = entry.Room;

    /// <summary>The view that the client asks for; null for whole documents.</summary>
    public View? View { get; } = entry.View;

    /// <summary>The versions that the client has of the room's chains, by expiry; null for none.</summary>
    public IReadOnlyDictionary<string, ViewVersion>? Have { get; } = entry.Have;

    /// <summary>Why the entry failed; null if it did not.</summary>
    public RequestError? Error { get; set; } = entry.Error;

    /// <summary>The shape that is reserved for the view until the room is joined; null for none.</summary>
    public ViewShape? Reserved { get; set; }

    /// <summary>The client's state in the room that the entry joins.</summary>
    public JoinedRoom? Joined { get; set; }

    /// <summary>The number of values that are known in the room; null if it is not known.</summary>
    public int? Values { get; set; }

    public bool IsGranted => Error is null;

    /// <summary>The room's snapshot, once the room is ready.</summary>
    public Snapshot? Ready => Joined?.Join?.Ready;
}
