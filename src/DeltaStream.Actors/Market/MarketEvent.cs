namespace DeltaStream.Actors.Market;

/// <summary>An event that carries market data to clients, and the rooms that receive it.</summary>
public sealed class MarketEvent : IComparable<MarketEvent>
{
    public static readonly MarketEvent UnderlyingUpdate = new(1, "underlying_update", RoomKind.General, RoomKind.Product);

    public static readonly MarketEvent ChainUpdate = new(2, "chain_update", RoomKind.Chain, RoomKind.ChainExpiry);

    /// <summary>A chain's summary for <c>general</c>: a few fields, with values as published.</summary>
    public static readonly MarketEvent ChainSummary = new(3, "chain_summary", RoomKind.General, null);

    public static readonly MarketEvent MarketStatus = new(4, "market_status", RoomKind.General, null);

    /// <summary>Every event, in the order of a snapshot.</summary>
    public static readonly IReadOnlyList<MarketEvent> All = [MarketStatus, UnderlyingUpdate, ChainUpdate, ChainSummary];

    private MarketEvent(byte number, string name, RoomKind wide, RoomKind? narrow)
    {
        Number = number;
        Name = name;
        Wide = wide;
        Narrow = narrow;
    }

    /// <summary>The event's number in messages between nodes. It must never change.</summary>
    public byte Number { get; }

    /// <summary>The event's name on the wire to clients.</summary>
    public string Name { get; }

    /// <summary>The wide room that receives the event.</summary>
    public RoomKind Wide { get; }

    /// <summary>The narrow room that receives the event; null if there is none.</summary>
    public RoomKind? Narrow { get; }

    /// <summary>The kind of message that the event carries, whole or as a summary.</summary>
    public MessageKind Kind => field ??= MessageKind.All.First(kind => kind.Update == this || kind.Summary == this);

    /// <summary>True if the event carries messages of up to 100 KB.</summary>
    public bool IsLarge => Kind.Summary is not null && Kind.Update == this;

    /// <summary>The rooms that receive an update of a key, the wide room first.</summary>
    public IEnumerable<Room> RoomsOf(ConflationKey key)
    {
        yield return Room.Of(Wide, key);
        if (Narrow is { } narrow) yield return Room.Of(narrow, key);
    }

    public int CompareTo(MarketEvent? other) => Order(this).CompareTo(Order(other));

    public override string ToString() => Name;

    private static int Order(MarketEvent? @event)
    {
        var at = 0;
        while (at < All.Count && All[at] != @event) at++;
        return at;
    }
}
