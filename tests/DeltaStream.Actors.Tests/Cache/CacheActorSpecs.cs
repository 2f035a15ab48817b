using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Tests.Clients;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Cache;

/// <summary>The CacheActor with the node's real mediator.</summary>
public class CacheActorSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    private const string Near = "2026-11-26";
    private static readonly Room Narrow = Room.Chain("NIFTY", Near);

    [Fact]
    public void A_room_that_a_client_uses_becomes_ready_and_its_snapshot_is_returned()
    {
        Store.Put(Chain("NIFTY", Near, 1));
        Cache.Tell(new UseRoom(Narrow, 3), TestActor);
        Assert.Equal(new RoomReady(Narrow, 3), ExpectMsg<RoomReady>());
        Cache.Tell(new GetSnapshot(Narrow, 4), TestActor);
        var snapshot = ExpectMsg<Snapshot>();
        Assert.Equal((4, new Position(1, 1)), (snapshot.JoinId, Assert.Single(snapshot.View.Read(static slot => slot.Update).Values).Position));
        Assert.Equal(2, Status.Rooms);
    }

    [Fact]
    public void While_the_store_is_down_one_line_in_ten_seconds_is_logged()
    {
        Store.IsDown = true;
        Cache.Tell(new UseRoom(Narrow, 1), TestActor);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(250));
            Assert.NotEmpty(Logs.Of("send_cached_data_error"));
        });
        Advance(TimeSpan.FromSeconds(5));
        Assert.Single(Logs.Of("send_cached_data_error"));
    }

    [Fact]
    public void After_the_feed_was_lost_the_store_is_read_again()
    {
        var client = Connect();
        Subscribe(client, Narrow);
        var seen = Chain("NIFTY", Near, 1);
        Publish(seen);
        Await(client, sent => sent.Contains(Text(seen)));
        Heartbeat(FeedLink.Down);
        AwaitAssert(() => Assert.Equal("down", Status.Feed.Name));
        var missed = Chain("NIFTY", Near, 2);
        Store.Put(missed);
        Heartbeat();
        Await(client, sent => sent.Contains(Text(missed)));
    }

    [Fact]
    public void After_the_mediator_drops_all_subscriptions_clients_get_the_missed_updates()
    {
        var client = Connect();
        Subscribe(client, Narrow);
        // A publication to no topic restarts the mediator: a trap of Akka's.
        EventFilter.Exception<InvalidActorNameException>().Mute();
        EventFilter.Exception<Exception>().Mute();
        Mediator.Tell(new Publish("", "x"));
        Publish(Price("NIFTY", 1));
        AwaitAssert(() => Assert.Single(Logs.Of("subscriptions_lost")));
        var missed = Chain("NIFTY", Near, 2);
        Store.Put(missed);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(500));
            Assert.Contains(Text(missed), client.Sent);
            Assert.Contains(Text(Price("NIFTY", 1)), client.Sent);
        });
        var next = Price("NIFTY", 3);
        AwaitAssert(() =>
        {
            Publish(next);
            Assert.Contains(Text(next), client.Sent);
        });
        Assert.Equal(Updates(client).Distinct(), Updates(client));
    }

    [Fact]
    public void After_a_restart_of_the_cache_its_users_join_again_and_get_the_missed_updates()
    {
        var client = Connect();
        Subscribe(client, Narrow);
        EventFilter.Exception<ArgumentNullException>().Mute();
        // By a defect.
        Cache.Tell(new UseRoom(null!, 1));
        var missed = Chain("NIFTY", Near, 1);
        Store.Put(missed);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(250));
            Assert.Equal(2, Status.Rooms);
            Assert.Contains(Text(missed), client.Sent);
        });
        var chain = Chain("NIFTY", Near, 2);
        Publish(chain);
        Await(client, sent => sent.Contains(Text(chain)));
        Subscribe(client, Narrow);
        Await(client, sent => sent.Count(line => line == Text(chain)) == 2);
    }

    [Fact]
    public void A_thousand_rooms_at_once_have_their_values_each_read_once()
    {
        for (var i = 0; i < 1_000; i++) Store.Put(Chain($"P{i}", Near, i + 1));
        var before = Store.Reads.Sum();
        var clients = Enumerable.Range(0, 20).Select(i => Connect(sessionId: $"c{i}")).ToArray();
        for (var i = 0; i < 1_000; i++) clients[i % 20].Emit("subscribe", RequestFor(Room.Chain($"P{i}", Near)));
        foreach (var client in clients)
        {
            AwaitAssert(
                () => Assert.Equal(50, client.Sent.Count(line => line.StartsWith("chain_update ", StringComparison.Ordinal))),
                TimeSpan.FromSeconds(30));
        }

        Assert.Equal(1_000, Store.Reads.Sum() - before);
    }
}
