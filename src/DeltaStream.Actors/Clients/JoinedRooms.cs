using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>A client's rooms, indexed by name and by the key of an update. Most clients are in few rooms, so unused fields are null.</summary>
internal sealed class JoinedRooms
{
    private JoinedRoom? _general;
    private Dictionary<string, JoinedRoom>? _chains;
    private Dictionary<ConflationKey, JoinedRoom>? _narrow;

    public int Count => (_general is null ? 0 : 1) + (_chains?.Count ?? 0) + (_narrow?.Count ?? 0);

    public IEnumerable<JoinedRoom> All =>
        (_general is null ? Enumerable.Empty<JoinedRoom>() : [_general]).Concat(_chains?.Values ?? Enumerable.Empty<JoinedRoom>()).Concat(Narrow);

    public IEnumerable<JoinedRoom> Narrow => _narrow?.Values ?? Enumerable.Empty<JoinedRoom>();

    public JoinedRoom? Find(Room room) => room.Kind switch
    {
        RoomKind.General => _general,
        RoomKind.Chain => Chain(room.Symbol!),
        _ => NarrowOf(room.SingleKey!.Value),
    };

    /// <summary>The client's wide room that gets an update; null if it is not in that room.</summary>
    public JoinedRoom? WideOf(MarketEvent @event, ConflationKey key) => @event.Wide == RoomKind.Chain ? Chain(key.Symbol) : _general;

    /// <summary>The client's narrow room of a key; null if it is not in that room.</summary>
    public JoinedRoom? NarrowOf(ConflationKey key)
    {
        JoinedRoom? found = null;
        _narrow?.TryGetValue(key, out found);
        return found;
    }

    public JoinedRoom Add(Room room)
    {
        var joined = new JoinedRoom(room);
        switch (room.Kind)
        {
            case RoomKind.General:
                _general = joined;
                break;
            case RoomKind.Chain:
                (_chains ??= []).Add(room.Symbol!, joined);
                break;
            default:
                (_narrow ??= []).Add(room.SingleKey!.Value, joined);
                break;
        }

        return joined;
    }

    public void Remove(Room room)
    {
        switch (room.Kind)
        {
            case RoomKind.General:
                _general = null;
                break;
            case RoomKind.Chain:
                _chains!.Remove(room.Symbol!);
                break;
            default:
                _narrow!.Remove(room.SingleKey!.Value);
                break;
        }
    }

    private JoinedRoom? Chain(string product)
    {
        JoinedRoom? found = null;
        _chains?.TryGetValue(product, out found);
        return found;
    }
}
