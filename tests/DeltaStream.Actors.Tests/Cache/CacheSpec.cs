using Akka.Actor;
using Akka.TestKit;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Tests.Clients;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Cache;

/// <summary>The CacheActor over the node's real mediator, asked by the spec itself.</summary>
public abstract class CacheSpec : GatewaySpec
{
    private protected const string Near = "2026-11-26";

    private protected static readonly TimeSpan Interval = new CacheSettings().GossipInterval;

    // What the spec is told as a user of rooms stays apart from what it asks only to wait.
    private readonly TestProbe _probe;
    private int _lastToken;

    private protected CacheSpec(ITestOutputHelper output, CacheSettings? settings = null, MemoryStore? store = null)
        : base(output, cache: settings, store: store)
    {
        _probe = CreateTestProbe();
        // The first look, on starting, is behind every spec.
        AwaitAssert(() => Assert.True(Store.IndexReads > 0 || Store.IsDown));
        SettleCache();
    }

    /// <summary>Comes into a room as a client does.</summary>
    private protected void Use(Room room)
    {
        Cache.Tell(new UseRoom(room, ++_lastToken), TestActor);
        Assert.Equal(new RoomReady(room, _lastToken), ExpectMsg<RoomReady>());
    }

    private protected void Ask(Room room, Position atLeast = default, Position wideAtLeast = default) =>
        Cache.Tell(new GetSnapshot(room, ++_lastToken, atLeast, wideAtLeast), TestActor);

    private protected Snapshot Get(Room room)
    {
        Ask(room);
        return ExpectMsg<Snapshot>();
    }

    /// <summary>Tells the cache of an event as one topic does, and waits until it has handled it.</summary>
    private protected void Bring(Room room, MarketUpdate update)
    {
        Cache.Tell(new RoomEvent(room, update));
        SettleCache();
    }

    private protected void SettleCache()
    {
        Cache.Tell(new Identify(null), _probe.Ref);
        _probe.ExpectMsg<ActorIdentity>();
    }

    /// <summary>Ticks the cache once for each gossip interval, letting each read come back.</summary>
    private protected void Tick(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Advance(Interval);
            SettleCache();
            var reads = Store.Begun;
            AwaitAssert(() => Assert.Equal(Store.Begun, Store.Ended), interval: TimeSpan.FromMilliseconds(2));
            SettleCache();
            if (Store.Begun != reads) AwaitAssert(() => Assert.Equal(Store.Begun, Store.Ended), interval: TimeSpan.FromMilliseconds(2));
            SettleCache();
        }
    }
}
