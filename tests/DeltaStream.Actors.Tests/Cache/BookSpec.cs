using System.Text;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Cache;

/// <summary>A room book over a node's order, with a store whose answers come when the spec says so. A user is a name.</summary>
public abstract class BookSpec
{
    private protected const string Near = "2026-11-26";
    private protected const string Far = "2026-12-31";
    private protected static readonly Room Narrow = Room.Chain("NIFTY", Near);
    private protected static readonly Room Wide = Room.Chain("NIFTY");

    private readonly Dictionary<ConflationKey, MarketUpdate> _store = [];
    private readonly Queue<StoreRead> _pending = [];
    private readonly CacheSettings _settings;
    private int _lastJoinId;

    private protected BookSpec(CacheSettings? settings = null)
    {
        _settings = settings ?? new();
        Order = new(Time);
        Start();
        Book.HearGeneral();
        Run();
        // The first look, on starting, is behind every spec; `general` is settled.
        Tick(20);
    }

    private protected FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    private protected NodeOrder Order { get; set; }

    private protected RoomBook<string> Book { get; private set; } = null!;

    /// <summary>The answers in order. An answer without a receiver is for every client.</summary>
    private protected List<(string? To, object Answer)> Told { get; } = [];

    /// <summary>The updates that were given to users.</summary>
    private protected IEnumerable<MarketUpdate> Given => Told.Select(it => it.Answer).OfType<MissedUpdate>().Select(it => it.Update);

    private protected Snapshot LastSnapshot => Told.Select(it => it.Answer).OfType<Snapshot>().Last();

    private protected int Looks { get; private set; }

    /// <summary>How many keys each read was for.</summary>
    private protected List<int> Reads { get; } = [];

    private protected bool IsDown { get; set; }

    private protected bool IsHeld { get; set; }

    private protected long Now => (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>As a CacheActor that is started, or restarted.</summary>
    private protected void Start() => Book = new(_settings, Order, Time);

    private protected void Put(params MarketUpdate[] updates)
    {
        foreach (var update in updates) _store[update.Key] = update;
    }

    private protected int Use(Room room, string user = "user")
    {
        Book.Use(user, room, ++_lastJoinId);
        Run();
        return _lastJoinId;
    }

    private protected void Leave(Room room, string user = "user") => Book.Leave(user, room);

    /// <summary>Whether the user was told that the room is ready.</summary>
    private protected bool IsReady(Room room, string user = "user") => Told.Exists(it => it.To == user && it.Answer is RoomReady ready && ready.Room.Equals(room));

    private protected IReadOnlyList<MarketUpdate> Get(Room room, string user = "user")
    {
        Book.GetSnapshot(user, room, ++_lastJoinId);
        Run();
        Assert.Equal(_lastJoinId, LastSnapshot.JoinId);
        return LastSnapshot.View.Read(static slot => slot.Update).Values;
    }

    private protected void Join(Room room, string user = "user")
    {
        Use(room, user);
        Assert.True(IsReady(room, user));
        Get(room, user);
    }

    /// <summary>A topic delivers an update to the node.</summary>
    private protected RoomEvent Deliver(Room room, MarketUpdate update) =>
        Order.Take(room, new(update.Event, update.Key, update.Position, update.Payload, update.Hash, update.ReceivedAt));

    private protected void Tick(int times = 1, long epoch = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Time.Advance(_settings.GossipInterval);
            Book.Tick(epoch);
            Run();
        }
    }

    /// <summary>Answers the reads of the store, unless they are held back.</summary>
    private protected void Run()
    {
        do
        {
            Told.AddRange(Book.TakeAnswers());
            while (Book.TakeRead() is { } read) _pending.Enqueue(read);
        }
        while (!IsHeld && Answer());
        Told.AddRange(Book.TakeAnswers());
    }

    private bool Answer()
    {
        if (!_pending.TryDequeue(out var read)) return false;
        var live = _store.Values.Where(value => value.ReceivedAt > Now - 60_000_000);
        if (IsDown)
        {
            Book.OnFailed(read);
        }
        else if (read.Keys is null)
        {
            Looks++;
            Book.OnIndex(read, [.. live.Where(value => value.Position != Position.None).Select(value => new LatestEntry(value.Key, value.ReceivedAt))]);
        }
        else
        {
            Reads.Add(read.Keys.Count);
            Book.OnValues(read, [.. live.Where(value => read.Keys.Contains(value.Key)).Select(it => new MarketUpdate(it.Event, it.Key, it.Position, it.Payload, it.Hash, it.ReceivedAt))]);
        }

        return true;
    }

    private protected MarketUpdate Price(string product, long sequence, long epoch = 1) => Make(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying(product), sequence, epoch);

    private protected MarketUpdate Chain(string product, string expiry, long sequence, long epoch = 1) =>
        Make(MarketEvent.ChainUpdate, ConflationKey.Chain(product, expiry), sequence, epoch);

    private protected MarketUpdate Make(MarketEvent @event, ConflationKey key, long sequence, long epoch) => new(
        @event, key, epoch == 0 ? Position.None : new(epoch, sequence), Encoding.UTF8.GetBytes($$"""{"product":"{{key.Symbol}}","expiry":"{{key.Expiry}}","n":{{sequence}}}"""),
        (ulong)sequence, Now);
}
