using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Tests.Clients;
using Xunit.Abstractions;

namespace DeltaStream.Stepping;

/// <summary>Page 3. A client that does not read: ClientActor, ClientConnection, Outbox.</summary>
public sealed class SlowClientSpecs : SteppingSpec
{
    private readonly MemoryTransport _transport = new(new TextProtocol(0));
    private readonly TestProbe _supervisor;
    private readonly IActorRef _client;
    private long _sequence;

    public SlowClientSpecs(ITestOutputHelper output) : base(output)
    {
        // A client that is connected and in `general`. From then on a write returns false: the transport takes no further one until
        // it says that it is ready.
        Order.Use(Room.General);
        var context = ContextOf(cache: ActorRefs.Nobody);
        var live = new FeedStatus(FeedState.Live, Clock.GetUtcNow(), null, 7);
        _supervisor = CreateTestProbe("supervisor");
        _client = ActorOfAsTestActorRef<ClientActor>(Props.Create(() => new ClientActor(context, new OpenClient("client", _transport), live)), _supervisor);
        _transport.Client = _client;
        _client.Tell(new Greeting(Moved: null));
        _client.Tell(new SubscribeAck(Mediator.ExpectMsg<Subscribe>()));
        _client.Tell(TransportReady.Instance);
        Assert.Equal("connected", Assert.Single(_transport.Sent).Split(' ')[0]);
        _transport.IsFast = false;
        Publish("STUCK", 1);
    }

    [Fact]
    public void A_client_that_reads_again_gets_the_newest_update_of_each_key()
    {
        // Act: one write is under way. Set a breakpoint in Outbox.Add(MarketUpdate): the second price of a key supersedes the first.
        foreach (var price in new[] { 1, 2, 3 })
        {
            Publish("NIFTY", price);
            Publish("BANKNIFTY", price);
        }

        Assert.Equal(["STUCK 1"], Updates());

        // Act: the write has left. F11 goes into ClientConnection.OnReady, then, from ClientActor.GoOn, into Flush.
        _transport.IsFast = true;
        _transport.Flushed();

        // Assert: both leave in one write, each with its newest price; what comes from now on leaves at once.
        Assert.Equal(["STUCK 1", "NIFTY 3", "BANKNIFTY 3"], Updates());
        Assert.Equal(2, _transport.Batches[^1]);
        Publish("NIFTY", 4);
        Assert.Equal("NIFTY 4", Updates().Last());
    }

    [Fact]
    public void A_write_that_is_stuck_for_30_seconds_ends_the_connection()
    {
        // Act: thirty seconds pass in no time. Set a breakpoint at the case StuckCheck of ClientActor.Handle.
        Pass(TimeSpan.FromSeconds(29.9));
        Assert.Null(_transport.Closed);
        Pass(TimeSpan.FromSeconds(0.2));

        // Assert: the transport is told to close, and the supervisor why. ClientActor.PostStop has left the rooms.
        Assert.Same(CloseReason.SlowConsumer, _transport.Closed);
        Assert.Same(CloseReason.SlowConsumer, _supervisor.ExpectMsg<ClientEnded>().Reason);
    }

    private void Publish(string product, int price) => _client.Tell(Order.Take(Room.General, Published(product, price, epoch: 7, ++_sequence)));

    /// <summary>The prices that were written, as `NIFTY 3`.</summary>
    private IEnumerable<string> Updates() => _transport.Sent.Where(line => line.StartsWith("underlying_update ", StringComparison.Ordinal)).Select(line =>
    {
        using var json = System.Text.Json.JsonDocument.Parse(line["underlying_update ".Length..]);
        return $"{json.RootElement.GetProperty("product")} {json.RootElement.GetProperty("price")}";
    });
}
