using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The rooms that a client may be in, as patterns: a room's name, or one whose last part is <c>*</c>. <c>chain:X</c> is every
/// expiry of X, so it covers <c>chain:X:E</c> as well. A pattern that is none of these covers nothing.
/// </summary>
public sealed class RoomGrant
{
    /// <summary>All rooms.</summary>
    public static readonly RoomGrant All = new(null);

    private readonly string[]? _patterns;

    private RoomGrant(string[]? patterns) => _patterns = patterns;

    /// <summary>The patterns, from which <see cref="Of"/> makes the same grant again; null: all rooms.</summary>
    public IReadOnlyList<string>? Patterns => _patterns;

    /// <summary>A grant of these patterns; null: all rooms.</summary>
    public static RoomGrant Of(IEnumerable<string>? patterns) => patterns is null ? All : new([.. patterns]);

    /// <summary>Whether a client may be in the room.</summary>
    public bool Covers(Room room)
    {
        if (_patterns is null) return true;
        var covering = PatternsFor(room);
        return Array.Exists(_patterns, pattern => Array.IndexOf(covering, pattern) >= 0);
    }

    private static string[] PatternsFor(Room room) => room.Kind switch
    {
        RoomKind.Product => ["*", "product:*", room.Name],
        RoomKind.Chain => ["*", "chain:*", room.Name, $"{room.Name}:*"],
        RoomKind.ChainExpiry => ["*", "chain:*", $"chain:{room.Symbol}", $"chain:{room.Symbol}:*", room.Name],
        _ => ["*", room.Name],
    };
}
