using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A client that moves to another node gets there the updates that it did not receive here, and none twice.</summary>
public class LeavingSpecs(ITestOutputHelper output) : GatewaySpec(output, cache: new CacheSettings { SnapshotPatience = TimeSpan.FromMinutes(1) })
{
    private const string Near = "2026-11-26";
    private const string Far = "2026-12-31";

    [Theory]
    [InlineData("general")]
    [InlineData("chain:A")]
    public void An_update_in_flight_to_a_moving_client_arrives_once(string name)
    {
        var room = Room.TryParse(name, out var parsed) ? parsed! : throw new ArgumentException(name);
        var client = Connect();
        Subscribe(client, Room.Chain("A"));
        MarketUpdate[] updates = room == Room.General ? [Price("A", 1), Price("B", 2)] : [Chain("A", Near, 1), Chain("A", Far, 2)];
        PublishTo(room, updates[0]);
        Await(client, _ => Updates(client).Contains(Text(updates[0])));

        Mediator.Tell(new Subscribe(TopicName.For(room), TestActor), TestActor);
        ExpectMsg<SubscribeAck>();
        Held(client.Client, () =>
        {
            client.Client.Tell(MoveClient.Instance, TestActor);
            PublishTo(room, updates[1]);
            ExpectMsg<RoomEvent>();
        });
        ArrivesOnce(client, Left(), updates);
    }

    [Fact]
    public void A_value_that_only_the_store_has_arrives_once_after_a_move_from_a_settling_room()
    {
        var client = Connect();
        Subscribe(client, Room.Chain("A"));
        // Published when the publisher did not know of the topic yet; the next one comes over it.
        var (missed, live) = (Chain("A", Far, 1), Chain("A", Near, 2));
        Store.Put(missed);
        PublishTo(Room.Chain("A"), live);
        Await(client, _ => Updates(client).Contains(Text(live)));
        client.Client.Tell(MoveClient.Instance, TestActor);

        ArrivesOnce(client, Left(), missed);
    }

    [Fact]
    public void Waiting_chains_beyond_256_KB_do_not_move_along_and_come_once_from_the_next_nodes_cache()
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
        client.Client.Tell(MoveClient.Instance, TestActor);

        var moved = Left();
        Assert.InRange(moved.Updates.Sum(update => update.Payload.Length), 1, 256 * 1024);
        Assert.InRange(moved.Rooms.NotReceived.Count, 10, chains.Length);
        ArrivesOnce(client, moved, chains);
    }

    /// <summary>What the client takes along; a room that is still settling needs a look into the store first.</summary>
    private MovedClient Left()
    {
        MovedClient? moved = null;
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(250));
            moved ??= (ReceiveOne(TimeSpan.Zero) as ClientMoved)?.Client;
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
        // The answer comes after the updates of the arrival, but for those that the next node still reads from the store.
        second.Emit("subscribe", RequestFor(Room.Product("Z")));
        Await(second, sent => sent.Any(line => line.StartsWith("subscribed ", StringComparison.Ordinal)));
        Await(second, _ =>
        {
            Advance(TimeSpan.FromMilliseconds(250));
            return updates.All(update => Updates(client).Concat(Updates(second)).Contains(Text(update)));
        });
        var all = Updates(client).Concat(Updates(second)).ToArray();
        foreach (var update in updates) Assert.Single(all, Text(update));
    }

    private static MarketUpdate Large(MarketUpdate chain)
    {
        var payload = Encoding.UTF8.GetBytes($$"""{"n":{{chain.Position.Sequence}},"padding":"{{new string('x', 20_000)}}"}""");
        return new(chain.Event, chain.Key, chain.Position, payload, chain.Hash, chain.ReceivedAt);
    }

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
}
