using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Cache;

/// <summary>A room that is in use on the node, as the CacheActor sees it.</summary>
/// <param name="room">The room.</param>
/// <param name="seen">How far along its topic the CacheActor had seen when it last gave the room up.</param>
internal sealed class RoomUse(Room room, Position seen = default)
{
    /// <summary>Looks after the first, before a room counts as settled: 2, 4, 8 and 16 gossip intervals after it came into use.</summary>
    private const int Looks = 4;

    // Ticks after which nobody who was ahead of an offer will come back to it.
    private const int OfferTicks = 20;

    private readonly Dictionary<IActorRef, bool> _users = [];
    private Dictionary<(MarketEvent, ConflationKey), MarketUpdate>? _offered;
    private long _forgetOffersAt;
    private int _looks;

    public Room Room { get; } = room;

    /// <summary>The subscription to its topic; null until its turn has come.</summary>
    public Subscribe? Subscription { get; set; }

    /// <summary>Whether the CacheActor hears the topic.</summary>
    public bool IsHeard { get; set; }

    /// <summary>The highest position seen on the topic.</summary>
    public Position Seen { get; private set; } = seen;

    /// <summary>Who waits to hear that the room is ready.</summary>
    public List<(IActorRef Asker, int Token)> Waiting { get; } = [];

    /// <summary>Snapshots that can't be answered yet.</summary>
    public List<ParkedSnapshot> Parked { get; } = [];

    /// <summary>Offers that wait for the view to catch up with a user's.</summary>
    public List<(IActorRef Asker, OfferAgain Offer)> ParkedOffers { get; } = [];

    /// <summary>The ticket of its first read.</summary>
    public long ReadTicket { get; set; }

    /// <summary>The ticket of what the last look found while the room was settling.</summary>
    public long LookTicket { get; set; }

    /// <summary>Whether a live event has come over the topic: whoever publishes knows of it.</summary>
    public bool HasHeardLive { get; private set; }

    public bool IsInUse => _users.Count > 0 || Room.Kind == RoomKind.General;

    public int Users => _users.Count;

    /// <summary>The tick at which it is given up, if nobody comes.</summary>
    public long LingersUntil { get; set; }

    /// <summary>The tick at which the store is looked into next; meaningless once settled.</summary>
    public long NextLook { get; private set; }

    /// <summary>
    /// Whether the topic may be unknown to whoever publishes. One live event ends that for a room about one key; where there
    /// are several, one more look afterwards finds what the others had before.
    /// </summary>
    public bool IsSettling { get; private set; }

    public IEnumerable<IActorRef> Served => _users.Where(static user => user.Value).Select(static user => user.Key);

    public void Enter(IActorRef user, bool isServed) => _users[user] = isServed;

    public void Serve(IActorRef user)
    {
        if (_users.ContainsKey(user)) _users[user] = true;
    }

    public bool Leave(IActorRef user) => _users.Remove(user);

    public void StartSettling(long now)
    {
        IsSettling = true;
        HasHeardLive = false;
        _looks = 0;
        NextLook = now + 2;
    }

    /// <summary>A look was taken, and what it found is on its way.</summary>
    public void Looked(long now)
    {
        if (!IsSettling || now < NextLook) return;
        _looks++;
        if (HasHeardLive || _looks >= Looks) IsSettling = false;
        else NextLook = now + (1L << _looks);
    }

    /// <summary>Remembers what was offered, until the topic brings it all the same or it is no longer of interest.</summary>
    public void Offer(MarketUpdate update, long now)
    {
        (_offered ??= [])[(update.Event, update.Key)] = update;
        _forgetOffersAt = now + OfferTicks;
    }

    /// <summary>Whether the value was offered, and the topic has brought neither it nor anything newer since.</summary>
    public bool IsOffered(MarketUpdate update) =>
        _offered is not null && _offered.TryGetValue((update.Event, update.Key), out var offered) && offered == update;

    public void ForgetOffers(long now)
    {
        if (now >= _forgetOffersAt) _offered = null;
    }

    /// <summary>Takes in an event of the topic; false when its position is not beyond those before.</summary>
    public bool Hear(MarketUpdate update, long now)
    {
        var position = update.Position;
        if (!HasHeardLive)
        {
            HasHeardLive = true;
            if (Room.SingleKey is not null) IsSettling = false;
            else if (IsSettling) NextLook = Math.Min(NextLook, now + 1);
        }

        if (position <= Seen) return false;
        Seen = position;
        // Out of order it would reach nobody.
        if (_offered is not null && _offered.TryGetValue((update.Event, update.Key), out var offered) && offered.Position <= position)
            _offered.Remove((update.Event, update.Key));
        return true;
    }
}

/// <summary>A snapshot that is waited for.</summary>
internal sealed record ParkedSnapshot(IActorRef Asker, GetSnapshot Request, long Deadline);
