using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>A room in use on the node, with its users. Times are ticks of the gossip interval.</summary>
internal sealed class RoomUse<TUser>(RoomSlots slots)
    where TUser : class
{
    /// <summary>The number of catch-up reads of the store until a room is settled: 2, 4, 8 and 16 intervals after its topic is new.</summary>
    private const int MostReads = 4;

    private int _reads;
    private long _scheduledIn = -1;
    private bool _isHastened;

    public RoomSlots Slots { get; } = slots;

    public HashSet<TUser> Users { get; } = [];

    /// <summary>The users that wait for <see cref="RoomReady"/>.</summary>
    public List<(TUser User, int JoinId)> Waiting { get; } = [];

    /// <summary>The ticket of the room's first read.</summary>
    public long ReadTicket { get; set; }

    /// <summary>The tick at which the room is ready even if its first read is not done.</summary>
    public long PatientUntil { get; set; }

    /// <summary>True once a user has subscribed to the room's topic.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The tick until which the room has a place in the window of <see cref="RoomOpenings{TUser}"/>, unless its first user subscribes earlier.</summary>
    public long BlocksWindowUntil { get; set; }

    /// <summary>The tick at which an unused room is released.</summary>
    public long LingersUntil { get; set; }

    private long NextRead { get; set; }

    /// <summary>Plans the catch-up reads of the store for the present epoch.</summary>
    /// <returns>True if a catch-up read is due now.</returns>
    public bool UpdateReadSchedule(NodeOrder order, long now)
    {
        if (!order.IsSettling(Slots)) return false;
        if (_scheduledIn != order.Epoch) (_scheduledIn, _reads, _isHastened, NextRead) = (order.Epoch, 0, false, now + 2);
        // One more catch-up read finds the values of the room's other keys from before the first event.
        if (!_isHastened && Slots.IsReady && order.HasHeardThisEpoch(Slots)) (_isHastened, NextRead) = (true, Math.Min(NextRead, now + 1));
        return now >= NextRead;
    }

    /// <summary>Begins a catch-up read.</summary>
    /// <returns>True if the room is settled after this read.</returns>
    public bool BeginRead(NodeOrder order, long now)
    {
        if (!order.IsSettling(Slots) || !Slots.IsReady) return false;
        if (UpdateReadSchedule(order, now)) NextRead = now + (1L << ++_reads);
        return order.HasHeardThisEpoch(Slots) || _reads >= MostReads;
    }

    /// <summary>The topic is new to the cluster again.</summary>
    public void Reopen() => (IsOpen, BlocksWindowUntil, _scheduledIn) = (false, 0, -1);
}
