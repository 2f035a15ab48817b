namespace DeltaStream.Actors.Market;

public enum RoomKind : byte
{
    /// <summary><c>general</c>: every underlying, every market's status and a summary of every chain.</summary>
    General = 0,

    /// <summary><c>product:X</c>: one underlying.</summary>
    Product = 1,

    /// <summary><c>chain:X</c>: all expiries of a product.</summary>
    Chain = 2,

    /// <summary><c>chain:X:E</c>: one expiry.</summary>
    ChainExpiry = 3,
}

/// <summary>The set of clients that get the same updates. Every instance is valid. A symbol does not end like an expiry, so a name is unambiguous.</summary>
public sealed class Room : IEquatable<Room>
{
    /// <summary>The room that every client joins on connecting.</summary>
    public static readonly Room General = new(RoomKind.General, "general", null, null);

    private Room(RoomKind kind, string name, string? symbol, string? expiry)
    {
        Kind = kind;
        Name = name;
        Symbol = symbol;
        Expiry = expiry;
    }

    public RoomKind Kind { get; }

    /// <summary>The room's name for clients, for example <c>chain:NIFTY:2026-11-26</c>.</summary>
    public string Name { get; }

    /// <summary>The product; null for <c>general</c>.</summary>
    public string? Symbol { get; }

    /// <summary>The expiry of <c>chain:X:E</c>; null for other rooms.</summary>
    public string? Expiry { get; }

    /// <summary>The conflation key of a narrow room; null for a wide room.</summary>
    public ConflationKey? SingleKey => Kind switch
    {
        RoomKind.Product => ConflationKey.Underlying(Symbol!),
        RoomKind.ChainExpiry => ConflationKey.Chain(Symbol!, Expiry!),
        _ => null,
    };

    /// <summary>True for a room with many keys: <c>general</c> or <c>chain:X</c>. Every other room has one key.</summary>
    public bool IsWide => Kind is RoomKind.General or RoomKind.Chain;

    /// <summary>The wide room that also gets the updates of this narrow room; null for a wide room.</summary>
    public Room? Overlapping => Kind switch
    {
        RoomKind.Product => General,
        RoomKind.ChainExpiry => Chain(Symbol!),
        _ => null,
    };

    /// <summary>The room <c>product:X</c>.</summary>
    /// <exception cref="ArgumentException">The symbol is not valid.</exception>
    public static Room Product(string symbol) =>
        new(RoomKind.Product, "product:" + Valid(symbol), symbol, null);

    /// <summary>The room <c>chain:X</c>.</summary>
    /// <exception cref="ArgumentException">The symbol is not valid.</exception>
    public static Room Chain(string symbol) =>
        new(RoomKind.Chain, "chain:" + Valid(symbol), symbol, null);

    /// <summary>The room <c>chain:X:E</c>.</summary>
    /// <exception cref="ArgumentException">The symbol or the expiry is not valid.</exception>
    public static Room Chain(string symbol, string expiry) =>
        Market.Expiry.IsValid(expiry)
            ? new(RoomKind.ChainExpiry, $"chain:{Valid(symbol)}:{expiry}", symbol, expiry)
            : throw new ArgumentException($"'{expiry}' is not an expiry (YYYY-MM-DD)", nameof(expiry));

    /// <summary>Parses a room's name; false if the name is not valid.</summary>
    public static bool TryParse(string? name, out Room? room)
    {
        room = null;
        if (name == General.Name) room = General;
        else if (After("product:") is { } product && Market.Symbol.IsValid(product)) room = Product(product);
        else if (After("chain:") is { } chain)
        {
            var (symbol, expiry) = Market.Expiry.Split(chain);
            if (!Market.Symbol.IsValid(symbol)) return false;
            if (expiry is null) room = Chain(symbol);
            else if (Market.Expiry.IsValid(expiry)) room = Chain(symbol, expiry);
        }

        return room is not null;

        string? After(string type) => name is not null && name.StartsWith(type, StringComparison.Ordinal) ? name[type.Length..] : null;
    }

    /// <summary>The room of this kind that gets the updates of a key.</summary>
    /// <exception cref="ArgumentException">The key has no such room.</exception>
    public static Room Of(RoomKind kind, ConflationKey key) => kind switch
    {
        RoomKind.General => General,
        RoomKind.Product => Product(key.Symbol),
        RoomKind.Chain => Chain(key.Symbol),
        RoomKind.ChainExpiry when key.Expiry is { } expiry => Chain(key.Symbol, expiry),
        _ => throw new ArgumentException($"{key} has no room of the kind {kind}"),
    };

    public bool Equals(Room? other) => other is not null && Name == other.Name;

    public override bool Equals(object? obj) => Equals(obj as Room);

    public override int GetHashCode() => Name.GetHashCode();

    public override string ToString() => Name;

    private static string Valid(string symbol) =>
        Market.Symbol.IsValid(symbol) ? symbol : throw new ArgumentException($"'{symbol}' is not a symbol", nameof(symbol));
}
