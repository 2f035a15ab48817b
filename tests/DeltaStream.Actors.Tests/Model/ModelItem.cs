using System.Text;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Model;

/// <summary>An event of a key: what a client must be sent the last of. Its contents are numbers, in the order in which the producer made them.</summary>
internal sealed class ModelItem
{
    public static readonly Room[] Rooms =
        [Room.General, Room.Product("A"), Room.Product("B"), Room.Chain("A"), Room.Chain("A", "2026-11-26"), Room.Chain("A", "2026-12-31")];

    private static readonly ConflationKey[] Keys =
        [ConflationKey.Underlying("A"), ConflationKey.Underlying("B"), ConflationKey.Chain("A", "2026-11-26"), ConflationKey.Chain("A", "2026-12-31")];

    public static readonly ModelItem[] All =
    [
        new(0, MarketEvent.UnderlyingUpdate, Keys[0]), new(1, MarketEvent.UnderlyingUpdate, Keys[1]),
        new(2, MarketEvent.ChainUpdate, Keys[2]), new(3, MarketEvent.ChainUpdate, Keys[3]),
        new(4, MarketEvent.ChainSummary, Keys[2]), new(5, MarketEvent.ChainSummary, Keys[3]),
    ];

    /// <summary>The value that is published at one position: a price, or a summary followed by its chain.</summary>
    public static readonly ModelItem[][] Messages = [[All[0]], [All[1]], [All[4], All[2]], [All[5], All[3]]];

    /// <summary>The items of each room.</summary>
    public static readonly ModelItem[][] Of = [.. Rooms.Select(room => All.Where(item => item.RoomNumbers.Contains(Array.IndexOf(Rooms, room))).ToArray())];

    private static readonly byte[][][] Payloads = [.. Keys.Select(key => Enumerable.Range(0, 512).Select(content => Payload(key, content)).ToArray())];

    private readonly byte[][] _payloads;

    private ModelItem(int number, MarketEvent @event, ConflationKey key)
    {
        (Number, Event, Key) = (number, @event, key);
        RoomNumbers = [.. @event.RoomsOf(key).Select(room => Array.IndexOf(Rooms, room))];
        _payloads = Payloads?[Array.IndexOf(Keys, key)] ?? [.. Enumerable.Range(0, 512).Select(content => Payload(key, content))];
    }

    public int Number { get; }

    public MarketEvent Event { get; }

    public ConflationKey Key { get; }

    public int[] RoomNumbers { get; }

    public static int NumberOf(Room room) => Array.IndexOf(Rooms, room);

    public static ModelItem ItemOf(MarketUpdate update) => All.First(item => item.Event == update.Event && item.Key == update.Key);

    public MarketUpdate Update(Position position, int content, long receivedAt) =>
        new(Event, Key, position, _payloads[content], (ulong)content, receivedAt);

    private static byte[] Payload(ConflationKey key, int content) => Encoding.UTF8.GetBytes(
        $$"""{"product":"{{key.Symbol}}","expiry":"{{key.Expiry}}","timestamp":"2026-11-20T10:00:00.{{content:000000}}Z","spot_price":1,"pcr_oi":1,"max_pain_strike":1}""");
}
