using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>A room that is in use on the node, with its users. Times are ticks of the gossip interval.</summary>
internal sealed class RoomUse<TUser>(RoomSlots slots)
    where TUser : class
{
    /// <summary>Looks after which a room counts as settled: 2, 4, 8 and 16 intervals after its topic is new.</summary>
    private const int MostLooks = 4;

    private int _looks;
    private long _scheduledIn = -1;
    private bool _isHastened;

    public RoomSlots Slots { get; } = slots;

    public HashSet<TUser> Users { get; } = [];

    /// <summary>Those who wait to hear that the room is ready.</summary>
    public List<(TUser User, int Token)> Waiting { get; } = [];

    /// <summary>The ticket of its first read.</summary>
    public long ReadTicket { get; set; }

    /// <summary>The tick at which it is ready though its first read has not come.</summary>
    public long PatientUntil { get; set; }

    /// <summary>Whether its topic is there: one of those who were told that it is ready has subscribed.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The tick until which its first user is waited for; 0 while nobody was told that it is ready.</summary>
    public long OpensUntil { get; set; }

    /// <summary>The tick at which it is given up, if nobody comes.</summary>
    public long LingersUntil { get; set; }

    private long NextLook { get; set; }

    /// <summary>Whether a look into the store is due for it.</summary>
    public bool IsLookDue(NodeOrder order, long now)
    {
        if (!order.IsSettling(Slots)) return false;
        if (_scheduledIn != order.Epoch) (_scheduledIn, _looks, _isHastened, NextLook) = (order.Epoch, 0, false, now + 2);
        // One look more finds what its other keys had before the first event came.
        if (!_isHastened && Slots.IsReady && order.HasHeardLive(Slots)) (_isHastened, NextLook) = (true, Math.Min(NextLook, now + 1));
        return now >= NextLook;
    }

    /// <summary>A look begins.</summary>
    /// <returns>Whether the room is settled once it has ended.</returns>
    public bool Look(NodeOrder order, long now)
    {
        if (!order.IsSettling(Slots) || !Slots.IsReady) return false;
        if (IsLookDue(order, now)) NextLook = now + (1L << ++_looks);
        return order.HasHeardLive(Slots) || _looks >= MostLooks;
    }

    /// <summary>Its topic is new to the cluster once more.</summary>
    public void Reopen() => (IsOpen, OpensUntil, _scheduledIn) = (false, 0, -1);
}
