using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit.TestActors;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Dispatch;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A client's actor costs no memory for each update: a thousand clients would make it thousand-fold.</summary>
public sealed class AllocationSpecs(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(Patience.Hocon + IdleMailbox.Hocon, output: output)
{
    private const int Count = 10_000;

    [Fact]
    public void An_update_that_the_client_has_already_allocates_nothing_in_its_actor()
    {
        var (order, mediator) = (NodeOrder.For(Sys), CreateTestProbe());
        order.Use(Room.General);
        var context = new ClientContext(
            new ClientSettings(), mediator, ActorRefs.Nobody, ActorRefs.Nobody, new NodeStatus(TimeProvider.System), new(), new(NullLogger.Instance), TimeProvider.System)
        { Order = order };
        var live = new FeedStatus(FeedState.Live, DateTimeOffset.UnixEpoch, null, 1);
        var transport = new MemoryTransport(new TextProtocol(0));
        var client = ActorOfAsTestActorRef<ClientActor>(Props.Create(() => new ClientActor(context, new OpenClient("client", transport), live)), TestActor);
        transport.Client = client;
        client.Tell(new Greeting(Moved: null));
        client.Tell(new SubscribeAck(mediator.ExpectMsg<Subscribe>()));
        client.Tell(TransportReady.Instance);
        var update = new MarketUpdate(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("A"), new(1, 1), "{}"u8.ToArray(), 1, 0);
        client.Tell(order.Take(Room.General, update));
        Assert.Single(transport.Sent, line => line.StartsWith("underlying_update", StringComparison.Ordinal));

        var known = order.Take(Room.General, update);
        // What the test's own way into an actor allocates is the same for one that does nothing.
        var idle = ActorOfAsTestActorRef<BlackHoleActor>(Props.Create<BlackHoleActor>());
        AllocatedBy(message => client.Receive(message), known);
        AllocatedBy(message => idle.Receive(message), known);
        Assert.InRange(AllocatedBy(message => client.Receive(message), known) - AllocatedBy(message => idle.Receive(message), known), -Count, Count);
    }

    private static long AllocatedBy(Action<object> receive, object message)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++) receive(message);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
