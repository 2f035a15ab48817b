using System.Text.Json;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>Reads the array <c>rooms</c> of <c>subscribe</c> and <c>unsubscribe</c>. An entry that is not valid is an error of its own.</summary>
internal static class RoomsReader
{
    /// <summary>The maximum number of entries in one request.</summary>
    public const int MostEntries = 200;

    /// <summary>Reads the array; null if it is not an array of 1 to <see cref="MostEntries"/> entries.</summary>
    /// <param name="kind">The kind of request.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="rooms">A valid JSON value.</param>
    /// <param name="replace">True if the client wants to leave its other rooms.</param>
    public static RoomEntries? Read(ClientRequestKind kind, string name, ReadOnlySpan<byte> rooms, bool replace)
    {
        var reader = new Utf8JsonReader(rooms, RequestReader.AnyDepth);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) return null;
        var entries = new List<RoomEntry>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (entries.Count == MostEntries) return null;
            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            entries.Add(isObject ? RequestReader.ReadEntry(kind, name, rooms[start..(int)reader.BytesConsumed]) : new(null, RequestError.InvalidEntry(name)));
        }

        return entries.Count == 0 ? null : new(LastOfEachRoom(entries), entries.Count, replace && kind == ClientRequestKind.Subscribe);
    }

    private static List<RoomEntry> LastOfEachRoom(List<RoomEntry> entries)
    {
        var named = new HashSet<Room>();
        var kept = new List<RoomEntry>(entries.Count);
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (entries[i].Room is not { } room || named.Add(room)) kept.Add(entries[i]);
        }

        kept.Reverse();
        return kept;
    }
}
