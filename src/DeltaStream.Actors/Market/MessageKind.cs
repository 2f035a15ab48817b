using System.Collections.Frozen;
using Json = System.Text.Json.JsonTokenType;

namespace DeltaStream.Actors.Market;

/// <summary>
/// A kind of message that the platform publishes. All that differs between kinds stands in this table; nothing else asks
/// which kind it is (docs/adding-a-message.md).
/// </summary>
public sealed class MessageKind
{
    /// <summary>A price of a product.</summary>
    public static readonly MessageKind Underlying = new()
    {
        Name = "underlying",
        Channel = "enriched:underlying",
        Update = MarketEvent.UnderlyingUpdate,
        Fields = [new("product", Json.String, FieldRole.Symbol), new("timestamp", Json.String, FieldRole.Timestamp), new("price", Json.Number)],
        Headline = "price",
        IsOfProduct = true,
    };

    /// <summary>One expiry's option chain of a product.</summary>
    public static readonly MessageKind Chain = new()
    {
        Name = "chain",
        Channel = "enriched:option_chain",
        Update = MarketEvent.ChainUpdate,
        Summary = MarketEvent.ChainSummary,
        Fields =
        [
            new("product", Json.String, FieldRole.Symbol) { IsInSummary = true },
            new("expiry", Json.String, FieldRole.Expiry) { IsInSummary = true },
            new("spot_price", Json.Number) { IsInSummary = true },
            new("pcr_oi", Json.Number) { IsInSummary = true },
            new("max_pain_strike", Json.Number) { IsInSummary = true },
            new("atm_straddle_price") { IsInSummary = true },
            new("timestamp", Json.String, FieldRole.Timestamp) { IsInSummary = true },
            new("calls", Json.StartArray),
            new("puts", Json.StartArray),
        ],
        Headline = "pcr_oi",
        IsOfProduct = true,
    };

    /// <summary>Whether a market is open.</summary>
    public static readonly MessageKind MarketStatus = new()
    {
        Name = "market_status",
        Channel = "enriched:market_status",
        Update = MarketEvent.MarketStatus,
        Fields = [new("market", Json.String, FieldRole.Symbol), new("status", Json.String), new("timestamp", Json.None, FieldRole.Timestamp)],
        Headline = "status",
        Life = TimeSpan.FromDays(7),
        IsSentOnConnect = true,
    };

    /// <summary>Every kind.</summary>
    public static readonly IReadOnlyList<MessageKind> All = [Underlying, Chain, MarketStatus];

    private static readonly FrozenDictionary<string, MessageKind> ByChannel = All.ToFrozenDictionary(kind => kind.Channel);

    private MessageKind()
    {
    }

    /// <summary>How long a newest value is kept where its kind does not say otherwise.</summary>
    public static TimeSpan DefaultLife => TimeSpan.FromSeconds(60);

    /// <summary>The kind's name in the keys of newest values: <c>latest:{Name}:{symbol}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The Redis channel on which it is published.</summary>
    public required string Channel { get; init; }

    /// <summary>The event that carries the message to clients.</summary>
    public required MarketEvent Update { get; init; }

    /// <summary>The event that carries its summary to <c>general</c>; null where the message itself goes there.</summary>
    public MarketEvent? Summary { get; private init; }

    /// <summary>The fields that the gateway reads, in the order in which the summary has them.</summary>
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

    /// <summary>How long a newest value counts as live, from its receipt.</summary>
    public TimeSpan Life { get; private init; } = DefaultLife;

    /// <summary>Whether its symbol is a product, which <c>products</c> lists.</summary>
    public bool IsOfProduct { get; private init; }

    /// <summary>Whether a client gets every live value right after <c>connected</c>.</summary>
    public bool IsSentOnConnect { get; private init; }

    /// <summary>Where the headline stands in <see cref="Fields"/>.</summary>
    public int HeadlineIndex => Fields.TakeWhile(it => it.Name != Headline).Count();

    /// <summary>Whether a symbol has several values, one for each expiry.</summary>
    public bool HasExpiry { get; private init; }

    /// <summary>Where the producer's time stands in <see cref="Fields"/>.</summary>
    public int TimestampIndex { get; private init; }

    /// <summary>The event by which every node that hears <c>general</c> learns of a message.</summary>
    public MarketEvent InGeneral => Summary ?? Update;

    /// <summary>The kind that is published on a channel; null where the gateway knows none.</summary>
    public static MessageKind? OnChannel(string channel) => ByChannel.GetValueOrDefault(channel);

    /// <summary>Whether a value of this kind still counts.</summary>
    /// <param name="receivedAt">When it was received: microseconds since the Unix epoch.</param>
    /// <param name="unixNow">The time, in the same unit.</param>
    public bool LivesAt(long receivedAt, long unixNow) => unixNow - receivedAt < (long)Life.TotalMicroseconds;

    public override string ToString() => Name;
}
