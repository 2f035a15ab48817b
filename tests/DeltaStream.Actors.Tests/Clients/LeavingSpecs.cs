using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using DeltaStream.Actors.Wire;
using DeltaStream.TestSupport;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A client that moves to another node takes along what the cache is about to offer it: there nobody would know that it lacks that.</summary>
public class LeavingSpecs(ITestOutputHelper output) : GatewaySpec(output, cache: new CacheSettings { SnapshotPatience = TimeSpan.FromMinutes(1) })
{
    private const string Near = "2026-11-26";
    private const string Far = "2026-12-31";

    [Fact]
    public void A_late_word_of_a_wide_room()
    {
        var client = Connect();
        Subscribe(client, Room.Chain("A"));
        var (first, late, last) = (Chain("A", Near, 1, epoch: 2), Chain("A", Far, 9), Chain("A", Near, 2, epoch: 2));
        PublishTo(Room.Chain("A"), first);
        Await(client, _ => Updates(client).Contains(Text(first)));

        // The cache has the late word in its mailbox, behind nothing, when the client is told to leave.
        Held(Cache, () =>
        {
            PublishTo(Room.Chain("A"), late);
            PublishTo(Room.Chain("A"), last);
            Await(client, _ => Updates(client).Contains(Text(last)));
            client.Client.Tell(LeaveNode.Instance, TestActor);
        });
        ArrivesOnce(client, Left(), late);
    }

    [Fact]
    public void A_late_word_of_general_which_comes_by_the_supervisor()
    {
        var client = Connect();
        var (first, late, last) = (Price("A", 1, epoch: 2), Price("B", 9), Price("A", 2, epoch: 2));
        PublishTo(Room.General, first);
        Await(client, _ => Updates(client).Contains(Text(first)));

        using var gate = new ManualResetEventSlim();
        Supervisor.Tell(new OpenClient("another", new SlowToName(new MemoryTransport(Protocol), gate)), ActorRefs.NoSender);
        PublishTo(Room.General, late);
        PublishTo(Room.General, last);
        Await(client, _ => Updates(client).Contains(Text(last)));
        client.Client.Tell(LeaveNode.Instance, TestActor);
        // The cache's answer overtakes what the supervisor has yet to pass on.
        Cache.Tell(new GetProducts(null), TestActor);
        ExpectMsg<ProductList>();
        gate.Set();
        ArrivesOnce(client, Left(), late);
    }

    [Fact]
    public void A_value_that_only_the_store_has_while_the_room_is_settling()
    {
        var client = Connect();
        Subscribe(client, Room.Chain("A"));
        // Published when the publisher did not know of the topic yet; the next one comes over it.
        var (missed, live) = (Chain("A", Far, 1), Chain("A", Near, 2));
        Store.Put(missed);
        PublishTo(Room.Chain("A"), live);
        Await(client, _ => Updates(client).Contains(Text(live)));
        client.Client.Tell(LeaveNode.Instance, TestActor);

        ArrivesOnce(client, Left(), missed);
    }

    [Fact]
    public void Chains_that_wait_are_not_carried_by_the_megabyte_but_come_from_the_next_nodes_cache_once()
    {
        var client = Connect();
        Subscribe(client, Room.Chain("A"));
        var chains = Enumerable.Range(1, 28).Select(day => Large(Chain("A", $"2026-12-{day:00}", day))).ToArray();
        Mediator.Tell(new Subscribe(TopicName.For(Room.Chain("A")), TestActor), TestActor);
        ExpectMsg<SubscribeAck>();
        client.IsFast = false;
        foreach (var chain in chains) PublishTo(Room.Chain("A"), chain);

        // What has come here has come to the client as well, but for the last one perhaps.
        foreach (var _ in chains) ExpectMsg<RoomEvent>();
        client.Client.Tell(LeaveNode.Instance, TestActor);

        var moved = Left();
        Assert.InRange(moved.Updates.Sum(update => update.Payload.Length), 1, 256 * 1024);
        Assert.InRange(moved.Owed.Count, 10, chains.Length);
        ArrivesOnce(client, moved, chains);
    }

    [Fact]
    public void Who_is_in_no_wide_room_leaves_at_once()
    {
        var client = Connect();
        Unsubscribe(client, Room.General);
        Subscribe(client, Room.Product("A"));
        Held(Cache, () =>
        {
            client.Client.Tell(LeaveNode.Instance, TestActor);
            Assert.Equal([Room.Product("A")], ExpectMsg<ClientLeft>().Client.Rooms.Select(room => room.Room));
        });
    }

    /// <summary>What the client takes along; a room that is still settling needs a look into the store first.</summary>
    private MovedClient Left()
    {
        MovedClient? moved = null;
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(250));
            moved ??= (ReceiveOne(TimeSpan.Zero) as ClientLeft)?.Client;
            Assert.NotNull(moved);
        });
        return moved!;
    }

    private void ArrivesOnce(MemoryTransport client, MovedClient moved, params MarketUpdate[] updates)
    {
        var second = new MemoryTransport(Protocol);
        Supervisor.Tell(new OpenClient("client", second) { Moved = moved }, TestActor);
        second.Client = ExpectMsg<ClientOpened>().Client;
        second.Flushed();
        // Answered behind whatever the arrival brings.
        second.Emit("subscribe", RequestFor(Room.Product("Z")));
        Await(second, sent => sent.Any(line => line.StartsWith("subscribed ", StringComparison.Ordinal)));
        var all = Updates(client).Concat(Updates(second)).ToArray();
        foreach (var update in updates) Assert.Single(all, Text(update));
    }

    private static MarketUpdate Large(MarketUpdate chain)
    {
        var payload = Encoding.UTF8.GetBytes($$"""{"n":{{chain.Position.Sequence}},"padding":"{{new string('x', 20_000)}}"}""");
        return new(chain.Event, chain.Key, chain.Position, payload, chain.Hash, chain.ReceivedAt);
    }

    private void PublishTo(Room room, MarketUpdate update) => Publish(TopicName.For(room), new RoomEvent(room, update));

    /// <summary>Lets an actor's messages wait meanwhile.</summary>
    private static void Held(IActorRef actor, Action meanwhile)
    {
        var cell = (IInternalActorRef)actor;
        cell.Suspend();
        try
        {
            meanwhile();
        }
        finally
        {
            cell.Resume();
        }
    }

    /// <summary>Whoever asks for its name waits: the supervisor, when it lets the client in.</summary>
    private sealed class SlowToName(MemoryTransport inner, ManualResetEventSlim gate) : IClientTransport
    {
        public string Name
        {
            get
            {
                gate.Wait(Patience.ForSeconds(30));
                return inner.Name;
            }
        }

        public IWireProtocol Protocol => inner.Protocol;

        public int MaxBatch => inner.MaxBatch;

        public bool Write(IReadOnlyList<Frame> frames) => inner.Write(frames);

        public void SetReading(bool on) => inner.SetReading(on);

        public void Close(CloseReason reason) => inner.Close(reason);
    }
}
