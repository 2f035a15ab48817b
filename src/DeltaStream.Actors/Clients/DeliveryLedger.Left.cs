using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>What a client had of the rooms it left last: the cache, or another topic, may still be behind that.</summary>
public sealed partial class DeliveryLedger
{
    // Whoever is behind catches up within milliseconds, so a few are enough.
    private const int LeftKept = 8;

    private Queue<(ConflationKey Key, Position Delivered)>? _left;
    private Queue<(Room Room, Position Position)>? _wideLeft;

    /// <summary>What was delivered over narrow rooms, and how far along wide ones the client was, when it left them a moment ago.</summary>
    internal (IReadOnlyList<(ConflationKey, Position)> Narrow, IReadOnlyList<(Room, Position)> Wide) Left
    {
        get => ([.. _left ?? []], [.. _wideLeft ?? []]);
        set => (_left, _wideLeft) = (value.Narrow.Count == 0 ? null : new(value.Narrow), value.Wide.Count == 0 ? null : new(value.Wide));
    }

    /// <summary>
    /// What was delivered over a narrow room just left: the same value may be under way as an offer to the wide one, by a
    /// slower path. That is a matter of milliseconds, so a few are enough.
    /// </summary>
    private void Remember(ConflationKey key, Position delivered)
    {
        _left ??= new(LeftKept);
        if (_left.Count == LeftKept) _left.Dequeue();
        _left.Enqueue((key, delivered));
    }

    private Position LeftAt(ConflationKey key)
    {
        var last = Position.None;
        if (_left is null) return last;
        foreach (var left in _left)
        {
            if (left.Key == key) last = Later(last, left.Delivered);
        }

        return last;
    }

    /// <summary>
    /// How far along a wide room just left the client was. Who joins it again, or a narrow room that it overlaps, has had
    /// whatever came until there, and whoever makes the snapshot may not have come as far yet.
    /// </summary>
    private bool RememberWide(JoinedRoom? left)
    {
        if (left is null) return false;
        if (left.Position == Position.None) return true;
        _wideLeft ??= new(LeftKept);
        if (_wideLeft.Count == LeftKept) _wideLeft.Dequeue();
        _wideLeft.Enqueue((left.Room, left.Position));
        return true;
    }

    private Position WideLeftAt(Room room)
    {
        var last = Position.None;
        if (_wideLeft is null) return last;
        foreach (var left in _wideLeft)
        {
            if (left.Room.Equals(room)) last = Later(last, left.Position);
        }

        return last;
    }
}
