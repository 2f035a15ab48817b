using System.Text.Json;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Tests.Lease;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>Two bridges on one lease, in virtual time, each with its own connection to the feed and its own clock.</summary>
public abstract class TwoBridges : Akka.TestKit.Xunit2.TestKit
{
    private protected static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private static readonly string[] Actors = ["/user/bridge-a/lease", "/user/bridge-a", "/user/bridge-b/lease", "/user/bridge-b", "/system/distributedPubSubMediator"];

    private protected readonly VirtualTime Time;
    private protected readonly InMemoryLease Lease;
    private protected readonly InMemoryLatest Latest = new();
    private protected readonly Twin A;
    private protected readonly Twin B;
    private readonly IActorRef _mediator;
    private readonly TestProbe _general;
    private readonly TestProbe _heartbeats;

    protected TwoBridges(ITestOutputHelper output) : base(VirtualTime.Config + BridgeSpec.ClusterConfig, output)
    {
        Time = new VirtualTime((TestScheduler)Sys.Scheduler, Settle);
        Lease = new InMemoryLease(Time.NewClock());
        var cluster = Akka.Cluster.Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        Time.Until(() => Assert.Equal(Akka.Cluster.MemberStatus.Up, cluster.SelfMember.Status), TimeSpan.FromMinutes(1));
        _mediator = DistributedPubSub.Get(Sys).Mediator;
        NodeOrder.For(Sys).Use(Room.General);
        _general = Listen(TopicName.For(Room.General));
        _heartbeats = Listen(TopicName.Heartbeat);
        A = Start("a");
        Time.Until(() => Assert.True(Holds("a")));
        B = Start("b");
        Time.Until(() => Assert.Equal(1, B.Feed.Subscribers));
    }

    /// <summary>Each of the actors has had its timers and the store's answers, which come at once; the streams get a moment.</summary>
    private void Settle()
    {
        var settled = CreateTestProbe();
        for (var round = 0; round < 2; round++)
        {
            foreach (var path in Actors)
            {
                Sys.ActorSelection(path).Tell(new Identify(path), settled.Ref);
                settled.ExpectMsg<ActorIdentity>(TimeSpan.FromSeconds(10));
            }
        }

        Sys.Stop(settled.Ref);
        using var moment = new ManualResetEventSlim();
        moment.Wait(TimeSpan.FromMilliseconds(2));
    }

    private protected static long Micros(TimeProvider clock) => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private protected static string Message(int number) =>
        $$"""{"product":"NIFTY","price":{{number}},"timestamp":"2026-11-23T10:00:{{number:00}}"}""";

    private protected static int PriceOf(MarketUpdate update)
    {
        using var json = JsonDocument.Parse(update.Payload);
        return json.RootElement.GetProperty("price").GetInt32();
    }

    private protected bool Holds(string node) => Lease.Owner == node;

    private protected void Both(int number)
    {
        A.Feed.Publish(MessageKind.Underlying.Channel, Message(number));
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(number));
        Time.Advance(Moment);
    }

    /// <summary>Gone without a word: what it still says to the store is lost.</summary>
    private protected void Kill(Twin twin)
    {
        twin.Lease.Hangs = true;
        Watch(twin.Bridge);
        Sys.Stop(twin.Bridge);
        ExpectTerminated(twin.Bridge);
        Time.Advance(TimeSpan.FromMilliseconds(25));
    }

    private protected RoomEvent Next()
    {
        object? message = null;
        Time.Until(() => Assert.NotNull(message = _general.ReceiveOne(TimeSpan.Zero)));
        return Assert.IsType<RoomEvent>(message);
    }

    private protected List<RoomEvent> Updates(int until)
    {
        var updates = new List<RoomEvent>();
        while (updates.Count == 0 || PriceOf(updates[^1].Update) != until) updates.Add(Next());
        return updates;
    }

    /// <summary>What a client would see, up to and with the given price: without repeats.</summary>
    private protected int[] Prices(int until) => [.. Updates(until).Where(it => it.ToSend is not null).Select(it => PriceOf(it.Update))];

    /// <summary>What a client has seen by now.</summary>
    private protected int[] Prices()
    {
        var prices = new List<int>();
        while (_general.ReceiveOne(TimeSpan.FromMilliseconds(50)) is RoomEvent roomEvent)
            if (roomEvent.ToSend is not null) prices.Add(PriceOf(roomEvent.Update));
        return [.. prices];
    }

    private protected List<BridgeHeartbeat> Heartbeats()
    {
        var beats = new List<BridgeHeartbeat>();
        while (_heartbeats.ReceiveOne(TimeSpan.Zero) is BridgeHeartbeat beat) beats.Add(beat);
        return beats;
    }

    private TestProbe Listen(string topic)
    {
        var probe = CreateTestProbe();
        _mediator.Tell(new Subscribe(topic, probe.Ref), probe.Ref);
        probe.ExpectMsg<SubscribeAck>();
        return probe;
    }

    private Twin Start(string name)
    {
        var clock = Time.NewClock();
        var (feed, lease) = (new InMemoryFeed(clock), new LeaseGate(Lease, name));
        var ports = new BridgePorts(feed, lease, Latest);
        return new Twin(feed, lease, clock, Sys.ActorOf(BridgeActor.Props(new BridgeSettings(), ports, clock, name), "bridge-" + name));
    }

    private protected sealed record Twin(InMemoryFeed Feed, LeaseGate Lease, FakeTimeProvider Clock, IActorRef Bridge);

    /// <summary>One bridge's way to the lease, which can be cut without an answer; the owner's name is the bridge's.</summary>
    private protected sealed class LeaseGate(InMemoryLease lease, string name) : ILeaseStore
    {
        public bool Hangs { get; set; }

        public async ValueTask<LeaseAnswer> TryAcquireAsync(string owner, TimeSpan ttl, long epochFloor, CancellationToken cancellation)
        {
            await Pass(cancellation);
            return await lease.TryAcquireAsync(name, ttl, epochFloor, cancellation);
        }

        public async ValueTask<LeaseRenewal> RenewAsync(string owner, long epoch, TimeSpan ttl, CancellationToken cancellation)
        {
            await Pass(cancellation);
            return await lease.RenewAsync(name, epoch, ttl, cancellation);
        }

        public async ValueTask ReleaseAsync(string owner, long epoch, CancellationToken cancellation)
        {
            await Pass(cancellation);
            await lease.ReleaseAsync(name, epoch, cancellation);
        }

        private Task Pass(CancellationToken cancellation) => Hangs ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;
    }
}
