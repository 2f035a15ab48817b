using System.Collections.Frozen;

namespace DeltaStream.Actors.Market;

/// <summary>
/// A kind of message that the platform publishes. This table holds all differences between kinds; no other code asks for the
/// kind (docs/adding-a-message.md).
/// </summary>
public sealed class MessageKind
{
    /// <summary>A product's price.</summary>
    public static readonly MessageKind Underlying = new()
    {
        Name = "underlying",
        Channel = "enriched:underlying",
        Update = MarketEvent.UnderlyingUpdate,
        Fields = [new("product", FieldRole.Symbol), new("price", FieldRole.Number), new("timestamp", FieldRole.Timestamp)],
        Headline = "price",
        IsOfProduct = true,
    };

    /// <summary>An option chain: one product, one expiry.</summary>
    public static readonly MessageKind Chain = new()
    {
        Name = "chain",
        Channel = "enriched:option_chain",
        Update = MarketEvent.ChainUpdate,
        Summary = MarketEvent.ChainSummary,
        Fields =
        [
            new("product", FieldRole.Symbol) { IsInSummary = true },
            new("expiry", FieldRole.Expiry) { IsInSummary = true },
            new("spot_price") { IsInSummary = true },
            new("pcr_oi") { IsInSummary = true },
            new("max_pain_strike") { IsInSummary = true },
            new("atm_straddle_price") { IsInSummary = true },
            new("timestamp", FieldRole.Timestamp) { IsInSummary = true },
        ],
        Headline = "pcr_oi",
        IsOfProduct = true,
    };

    /// <summary>Says whether a market is open.</summary>
    public static readonly MessageKind MarketStatus = new()
    {
        Name = "market_status",
        Channel = "enriched:market_status",
        Update = MarketEvent.MarketStatus,
        Fields = [new("market", FieldRole.Symbol), new("status", FieldRole.Text), new("timestamp", FieldRole.Timestamp)],
        Headline = "status",
        Life = TimeSpan.FromDays(7),
        IsSentOnConnect = true,
    };

    public static readonly IReadOnlyList<MessageKind> All = [Underlying, Chain, MarketStatus];

    private static readonly FrozenDictionary<string, MessageKind> ByChannel = All.ToFrozenDictionary(kind => kind.Channel);

    private MessageKind()
    {
    }

    /// <summary>
    /// The lifetime of a newest value, unless its kind has its own: LATEST_SECONDS. Like the kinds it is the same for the whole
    /// process; the host sets it before it starts anything.
    /// </summary>
    public static TimeSpan DefaultLife { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The kind's name in the Redis keys of newest values: <c>latest:{Name}:{symbol}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The Redis channel of the kind.</summary>
    public required string Channel { get; init; }

    /// <summary>The event that carries the whole message to clients.</summary>
    public required MarketEvent Update { get; init; }

    /// <summary>The event that carries the summary to <c>general</c>; null if <c>general</c> gets the whole message.</summary>
    public MarketEvent? Summary { get; private init; }

    /// <summary>The fields that the gateway reads, in the order of the summary.</summary>
    public required IReadOnlyList<MessageField> Fields
    {
        get;
        init
        {
            field = value;
            HasExpiry = value.Any(it => it.Role == FieldRole.Expiry);
            TimestampIndex = value.TakeWhile(it => it.Role != FieldRole.Timestamp).Count();
        }
    }

    /// <summary>The field that debug logs show.</summary>
    public required string Headline { get; init; }

    /// <summary>How long a newest value counts as live after its receipt.</summary>
    public TimeSpan Life
    {
        get => OwnLife ?? DefaultLife;
        private init => OwnLife = value;
    }

    /// <summary>True if the symbol is a product. The <c>products</c> event lists these symbols.</summary>
    public bool IsOfProduct { get; private init; }

    /// <summary>True if a client gets every live value of this kind right after <c>connected</c>.</summary>
    public bool IsSentOnConnect { get; private init; }

    /// <summary>The index of the headline in <see cref="Fields"/>.</summary>
    public int HeadlineIndex => Fields.TakeWhile(it => it.Name != Headline).Count();

    /// <summary>True if a symbol has several values, one per expiry.</summary>
    public bool HasExpiry { get; private init; }

    /// <summary>The index of the producer's time in <see cref="Fields"/>.</summary>
    public int TimestampIndex { get; private init; }

    /// <summary>The event in <c>general</c>. Every node hears <c>general</c>, so every node learns of each message through this event.</summary>
    public MarketEvent InGeneral => Summary ?? Update;

    /// <summary>The kind that the platform publishes on a channel; null for an unknown channel.</summary>
    public static MessageKind? OnChannel(string channel) => ByChannel.GetValueOrDefault(channel);

    /// <summary>The lifetime of this kind's values whatever LATEST_SECONDS is; null for most kinds.</summary>
    private TimeSpan? OwnLife { get; init; }

    /// <summary>True while a value of this kind is younger than <see cref="Life"/>.</summary>
    /// <param name="receivedAt">Time of receipt in microseconds since the Unix epoch.</param>
    /// <param name="unixNow">The current time, in the same unit.</param>
    public bool IsLiveAt(long receivedAt, long unixNow) => unixNow - receivedAt < (long)Life.TotalMicroseconds;

    public override string ToString() => Name;
}
