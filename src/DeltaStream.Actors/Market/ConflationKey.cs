namespace DeltaStream.Actors.Market;

/// <summary>The two kinds of message that the platform publishes.</summary>
public enum MarketKind : byte
{
    /// <summary>A price of an underlying, from <c>enriched:underlying</c>.</summary>
    Underlying = 1,

    /// <summary>One expiry's option chain, from <c>enriched:option_chain</c>.</summary>
    Chain = 2,
}

/// <summary>What supersedes what: of two messages with the same key only the newer one matters.</summary>
/// <param name="Kind">Underlying or chain.</param>
/// <param name="Product">The validated symbol.</param>
/// <param name="Expiry"><c>YYYY-MM-DD</c> for a chain, null for an underlying.</param>
public readonly record struct ConflationKey(MarketKind Kind, string Product, string? Expiry)
{
    /// <summary>The event that carries the messages of this key.</summary>
    public MarketEvent Event => Kind == MarketKind.Underlying ? MarketEvent.UnderlyingUpdate : MarketEvent.ChainUpdate;

    /// <summary>The key of a product's underlying.</summary>
    public static ConflationKey Underlying(string product) => new(MarketKind.Underlying, product, null);

    /// <summary>The key of one expiry's chain.</summary>
    public static ConflationKey Chain(string product, string expiry) => new(MarketKind.Chain, product, expiry);
}
