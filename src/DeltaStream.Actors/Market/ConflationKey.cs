namespace DeltaStream.Actors.Market;

/// <summary>What supersedes what: of two messages with the same key only the newer one matters.</summary>
/// <param name="Kind">The kind of message.</param>
/// <param name="Symbol">The validated symbol that it is about: a product's, or a market's.</param>
/// <param name="Expiry"><c>YYYY-MM-DD</c> for a kind with expiries, null for others.</param>
public readonly record struct ConflationKey(MessageKind Kind, string Symbol, string? Expiry)
{
    /// <summary>The event that carries the messages of this key.</summary>
    public MarketEvent Event => Kind.Update;

    /// <summary>The key of a product's underlying.</summary>
    public static ConflationKey Underlying(string product) => new(MessageKind.Underlying, product, null);

    /// <summary>The key of one expiry's chain.</summary>
    public static ConflationKey Chain(string product, string expiry) => new(MessageKind.Chain, product, expiry);

    /// <summary>The key of a market's status.</summary>
    public static ConflationKey MarketStatus(string market) => new(MessageKind.MarketStatus, market, null);
}
