using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The rooms that a client may join, as patterns: a room's name, or a name whose last part is <c>*</c>. <c>chain:X</c> contains
/// every expiry of X, so it covers <c>chain:X:E</c> as well. Any other pattern covers nothing.
/// </summary>
public sealed class RoomGrant
{
    public static readonly RoomGrant All = new(null);

    private readonly string[]? _patterns;

    private RoomGrant(string[]? patterns)
    {
        _patterns = patterns;
        Key = patterns is null ? "*" : string.Join('\n', patterns);
    }

    /// <summary>The same text for grants with the same patterns.</summary>
    internal string Key { get; }

    /// <summary>The patterns, from which <see cref="Of"/> makes the same grant again; null for all rooms.</summary>
    public IReadOnlyList<string>? Patterns => _patterns;

    /// <summary>Makes a grant from patterns; null for all rooms.</summary>
    public static RoomGrant Of(IEnumerable<string>? patterns) => patterns is null ? All : new([.. patterns]);

    /// <summary>True if the client may join the room.</summary>
    public bool Covers(Room room)
    {
        if (_patterns is null) return true;
        var covering = PatternsFor(room);
        return Array.Exists(_patterns, pattern => Array.IndexOf(covering, pattern) >= 0);
    }

    /// <summary>True if the client may join a room of the product's chains.</summary>
    internal bool CoversChainsOf(string symbol)
    {
        if (Covers(Room.Chain(symbol))) return true;
        var prefix = $"chain:{symbol}:";
        return Array.Exists(_patterns!, pattern => pattern.StartsWith(prefix, StringComparison.Ordinal) && Expiry.IsValid(pattern.AsSpan(prefix.Length)));
    }

    /// <summary>True if the client may join any room of the product.</summary>
    internal bool CoversProduct(string symbol) => Covers(Room.Product(symbol)) || CoversChainsOf(symbol);

    private static string[] PatternsFor(Room room) => room.Kind switch
    {
        RoomKind.Product => ["*", "product:*", room.Name],
        RoomKind.Chain => ["*", "chain:*", room.Name, $"{room.Name}:*"],
        RoomKind.ChainExpiry => ["*", "chain:*", $"chain:{room.Symbol}", $"chain:{room.Symbol}:*", room.Name],
        _ => ["*", room.Name],
    };
}
