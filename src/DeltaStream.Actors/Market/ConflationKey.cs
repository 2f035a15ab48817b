namespace DeltaStream.Actors.Market;

/// <summary>Identifies what an update supersedes: of two messages with the same key only the newer one matters.</summary>
/// <param name="Symbol">A valid symbol: a product's, or a market's.</param>
/// <param name="Expiry"><c>YYYY-MM-DD</c> for a kind with expiries; null for other kinds.</param>
public readonly record struct ConflationKey(MessageKind Kind, string Symbol, string? Expiry)
{
    /// <summary>The event that carries messages with this key.</summary>
    public MarketEvent Event => Kind.Update;

    public static ConflationKey Underlying(string product) => new(MessageKind.Underlying, product, null);

    public static ConflationKey Chain(string product, string expiry) => new(MessageKind.Chain, product, expiry);

    public static ConflationKey MarketStatus(string market) => new(MessageKind.MarketStatus, market, null);
}
