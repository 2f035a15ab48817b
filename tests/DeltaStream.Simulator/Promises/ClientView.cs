using System.Text;
using System.Text.Json;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Simulator.Promises;

/// <summary>
/// What one connection has received, held against the promises of docs/protocol.md: each update once, none older than one before it,
/// and none of a room that the client is not in.
/// </summary>
internal sealed class ClientView
{
    private readonly Dictionary<(MarketEvent Event, ConflationKey Key), int> _last = [];
    private readonly Dictionary<Room, int> _snapshots = [];
    private readonly Dictionary<(Room Room, MarketEvent Event, ConflationKey Key), int> _repeats = [];
    private readonly List<Room> _rooms = [];

    public IReadOnlyList<Room> Rooms => _rooms;

    /// <summary>True once the server has greeted the client.</summary>
    public bool IsGreeted { get; private set; }

    public int Updates { get; private set; }

    /// <summary>Reads a frame; null if it keeps all promises.</summary>
    public BrokenPromise? Read(ReadOnlySpan<byte> line)
    {
        var blank = line.IndexOf((byte)' ');
        var name = Encoding.UTF8.GetString(line[..blank]);
        var data = line[(blank + 1)..];
        if (MarketEvent.All.FirstOrDefault(it => it.Name == name) is { } @event) return Update(@event, data);
        switch (name)
        {
            case ServerEvents.Connected:
                IsGreeted = true;
                // A session that was recovered gets the snapshots of its rooms.
                foreach (var room in Texts(data, "rooms")) Enter(room);
                break;
            case ServerEvents.Subscribed:
                Enter(Text(data, "room"));
                break;
            case ServerEvents.Unsubscribed:
                if (Room.TryParse(Text(data, "room"), out var left)) _rooms.Remove(left!);
                break;
        }

        return null;
    }

    /// <summary>The newest value of each key of the client's rooms has come.</summary>
    public BrokenPromise? MissingAtRest(IReadOnlyDictionary<ConflationKey, int> newest)
    {
        foreach (var (key, number) in newest)
        {
            foreach (var @event in MarketEvent.All)
            {
                if (@event.Kind != key.Kind || !@event.RoomsOf(key).Any(_rooms.Contains)) continue;
                var last = _last.GetValueOrDefault((@event, key));
                if (last != number) return new(Promise.TheLastOne, $"{@event.Name} of {Name(key)} is {last} and not {number}, in {string.Join(' ', _rooms)}");
            }
        }

        return null;
    }

    public static string Name(ConflationKey key) => key.Expiry is null ? key.Symbol : $"{key.Symbol}:{key.Expiry}";

    private void Enter(string name)
    {
        if (!Room.TryParse(name, out var room)) return;
        _rooms.Remove(room!);
        _rooms.Add(room!);
        _snapshots[room!] = _snapshots.GetValueOrDefault(room!) + 1;
    }

    /// <summary>The snapshot of a room repeats each of its values once; a client may have them over another room.</summary>
    private bool MayRepeat(MarketEvent @event, ConflationKey key)
    {
        foreach (var room in @event.RoomsOf(key))
        {
            var repeats = _repeats.GetValueOrDefault((room, @event, key));
            if (repeats >= _snapshots.GetValueOrDefault(room)) continue;
            _repeats[(room, @event, key)] = repeats + 1;
            return true;
        }

        return false;
    }

    private BrokenPromise? Update(MarketEvent @event, ReadOnlySpan<byte> data)
    {
        Updates++;
        var (symbol, expiry, number) = Fields(data);
        var key = new ConflationKey(@event.Kind, symbol, expiry);
        var id = (@event, key);
        if (!@event.RoomsOf(key).Any(_rooms.Contains)) return new(Promise.OfItsRooms, $"{@event.Name} {number} of {Name(key)} comes in none of {string.Join(' ', _rooms)}");
        if (_last.TryGetValue(id, out var last))
        {
            if (number < last) return new(Promise.NeverOlder, $"{@event.Name} {number} of {Name(key)} comes after {last}");
            if (number == last && !MayRepeat(@event, key)) return new(Promise.Once, $"{@event.Name} {number} of {Name(key)} comes twice");
        }

        _last[id] = number;
        return null;
    }

    private static (string Symbol, string? Expiry, int Number) Fields(ReadOnlySpan<byte> data)
    {
        var (symbol, expiry, number) = ("", (string?)null, 0);
        var json = new Utf8JsonReader(data);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName) continue;
            if (json.ValueTextEquals("product"u8) || json.ValueTextEquals("market"u8))
            {
                json.Read();
                symbol = json.GetString()!;
            }
            else if (json.ValueTextEquals("expiry"u8))
            {
                json.Read();
                expiry = json.GetString();
            }
            else if (json.ValueTextEquals("n"u8))
            {
                json.Read();
                number = json.GetInt32();
            }
        }

        return (symbol, expiry, number);
    }

    private static string Text(ReadOnlySpan<byte> data, string name)
    {
        var json = new Utf8JsonReader(data);
        using var document = JsonDocument.ParseValue(ref json);
        return document.RootElement.GetProperty(name).GetString()!;
    }

    private static List<string> Texts(ReadOnlySpan<byte> data, string name)
    {
        var json = new Utf8JsonReader(data);
        using var document = JsonDocument.ParseValue(ref json);
        return [.. document.RootElement.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
    }
}
