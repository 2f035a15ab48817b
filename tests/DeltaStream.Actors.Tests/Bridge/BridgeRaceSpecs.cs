using System.Text.Json;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using DeltaStream.Actors.Bridge;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Bridge;

/// <summary>Two bridges on one lease, in virtual time, each with its own connection to the feed and its own clock.</summary>
public class BridgeRaceSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private static readonly string[] Actors = ["/user/bridge-a/lease", "/user/bridge-a", "/user/bridge-b/lease", "/user/bridge-b", "/system/distributedPubSubMediator"];

    private readonly VirtualTime _time;
    private readonly InMemoryLease _lease;
    private readonly InMemoryLatest _latest = new();
    private readonly Twin _a;
    private readonly Twin _b;
    private readonly IActorRef _mediator;
    private readonly TestProbe _general;
    private readonly TestProbe _heartbeats;

    public BridgeRaceSpecs(ITestOutputHelper output) : base(VirtualTime.Config + BridgeSpec.ClusterConfig, output)
    {
        _time = new VirtualTime((TestScheduler)Sys.Scheduler, Settle);
        _lease = new InMemoryLease(_time.NewClock());
        var cluster = Akka.Cluster.Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        _time.Until(() => Assert.Equal(Akka.Cluster.MemberStatus.Up, cluster.SelfMember.Status), TimeSpan.FromMinutes(1));
        _mediator = DistributedPubSub.Get(Sys).Mediator;
        _general = Listen(TopicName.For(Room.General));
        _heartbeats = Listen(TopicName.Heartbeat);
        _a = Start("a");
        _time.Until(() => Assert.True(Holds("a")));
        _b = Start("b");
        _time.Until(() => Assert.Equal(1, _b.Feed.Subscribers));
    }

    [Fact]
    public void A_standby_takes_over_from_a_killed_holder_and_nothing_is_lost_or_older()
    {
        Both(1);
        Both(2);
        Assert.Equal([1, 2], Prices());
        var epoch = _lease.Epoch;

        Kill(_a);
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(3));
        var took = _time.Until(() => Assert.True(Holds("b")), TimeSpan.FromSeconds(2));

        Assert.InRange(took, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1.5));
        Assert.True(_lease.Epoch > epoch);
        Assert.Equal([3], Prices(until: 3));
    }

    [Fact]
    public void A_graceful_stop_hands_the_lease_on_at_once()
    {
        Both(1);
        _a.Bridge.Tell(HandOn.Instance, TestActor);
        ExpectMsg<HandedOn>();
        Both(2);
        Assert.InRange(_time.Until(() => Assert.True(Holds("b"))), TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
        Assert.Equal([1, 2], Prices(until: 2));
    }

    [Fact]
    public void A_lagging_standby_that_takes_over_never_publishes_an_old_value_as_new()
    {
        _a.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(1));
        _a.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(2));
        Assert.Equal([1, 2], Prices(until: 2));
        _time.Advance(TimeSpan.FromSeconds(1));
        _a.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(4));
        Assert.Equal([4], Prices(until: 4));
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(1));

        Kill(_a);
        _time.Until(() => Assert.True(Holds("b")));
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(2));
        _time.Advance(Moment);
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(4));
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(5));

        Assert.Equal([5], Prices(until: 5));
    }

    [Fact]
    public void A_key_is_held_back_no_longer_than_half_a_second_and_then_only_goes_forward()
    {
        _a.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(4));
        Assert.Equal([4], Prices(until: 4));
        Kill(_a);
        _time.Until(() => Assert.True(Holds("b")));
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(3));
        _time.Advance(TimeSpan.FromMilliseconds(800));
        Assert.Empty(Prices());
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(2));
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(6));
        Assert.Equal([6], Prices(until: 6));
    }

    [Fact]
    public void What_the_killed_holder_sent_last_is_sent_again_and_known_as_a_repeat()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        Kill(_a);
        _time.Until(() => Assert.True(Holds("b")));
        var repeat = Next();
        Assert.True(repeat.IsRepeat);
        Assert.Equal(_lease.Epoch, repeat.Position.Epoch);
    }

    [Fact]
    public void A_paused_holder_that_wakes_publishes_nothing()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        var old = _lease.Epoch;
        _a.Lease.Hangs = true;
        _time.Stop(_a.Clock);
        _time.Until(() => Assert.True(Holds("b")));

        // Its own time jumps when it wakes; not one timer of it has run when the messages that piled up come in.
        _a.Clock.Advance(TimeSpan.FromSeconds(30));
        _a.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(2));
        Both(3);

        var updates = Updates(until: 3);
        Assert.DoesNotContain(updates, update => update.Position.Epoch == old);
        Assert.Contains(updates, update => PriceOf(update) == 3);
    }

    [Fact]
    public void Of_two_who_believe_the_one_with_the_lower_epoch_steps_down_when_it_hears_the_other()
    {
        // The lease is taken away behind the holder's back, while its own clock tells it that it is still good.
        _a.Lease.Hangs = true;
        _time.Stop(_a.Clock);
        var old = _lease.Epoch;
        _time.Until(() => Assert.True(Holds("b")));
        Assert.True(_lease.Epoch > old);
        _time.Until(() => Assert.Contains(Heartbeats(), beat => beat.Epoch == _lease.Epoch));
        _time.Advance(Moment);

        Both(2);

        Assert.All(Updates(until: 2), update => Assert.Equal(_lease.Epoch, update.Position.Epoch));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-365)]
    public void After_FLUSHALL_the_epoch_goes_up_whatever_time_Redis_says_and_values_are_written_again(int days)
    {
        Both(1);
        Both(2);
        Assert.Equal([1, 2], Prices(until: 2));
        _time.Until(() => Assert.True(_latest.Values.ContainsKey(ConflationKey.Underlying("NIFTY"))));
        var (epoch, received) = (_lease.Epoch, _latest.Values[ConflationKey.Underlying("NIFTY")].ReceivedAt);

        _lease.TimeShift = TimeSpan.FromDays(days);
        _lease.Flush();
        _latest.Values.Clear();
        _time.Until(() => Assert.True(_lease.Epoch > epoch));
        _time.Until(() => Assert.True(_latest.Values.ContainsKey(ConflationKey.Underlying("NIFTY"))));
        Both(3);

        Assert.Equal([3], Prices(until: 3));
        Assert.Contains(_latest.Values.Values, update => update.ReceivedAt == received || PriceOf(update) == 3);
    }

    [Fact]
    public void A_Redis_that_comes_back_empty_gets_its_values_again_and_the_outage_is_told()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        _time.Until(() => Assert.Single(_latest.Values));
        var (epoch, before) = (_lease.Epoch, _latest.Values.Values.Single());

        _lease.IsDown = _latest.IsDown = true;
        _a.Feed.GoDown();
        _b.Feed.GoDown();
        _time.Until(() => Assert.Contains(Heartbeats(), beat => beat.Link == FeedLink.Down && beat.Epoch == epoch), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.All(Heartbeats(), beat => Assert.Equal(FeedLink.Down, beat.Link));
        _lease.Flush();
        _latest.Values.Clear();
        _lease.IsDown = _latest.IsDown = _a.Feed.IsDown = _b.Feed.IsDown = false;

        _time.Until(() => Assert.Contains(Heartbeats(), beat => beat.Link == FeedLink.Up && beat.Epoch > epoch));
        _time.Until(() => Assert.Single(_latest.Values));
        var after = _latest.Values.Values.Single();
        Assert.Equal((before.Hash, before.ReceivedAt), (after.Hash, after.ReceivedAt));
        _time.Until(() => Assert.True(_a.Feed.Subscribers + _b.Feed.Subscribers == 2));
        Both(2);
        Assert.Equal([2], Prices(until: 2));
    }

    [Fact]
    public void What_was_missed_while_the_feed_was_away_is_read_from_the_store()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        _a.Feed.GoDown();
        _b.Feed.GoDown();
        _time.Advance(Moment);
        Assert.True(EnrichedMessage.TryRead(EnrichedMessage.UnderlyingChannel, System.Text.Encoding.UTF8.GetBytes(Message(2)), 1_000, out var missed, out _));
        _latest.Values[missed!.Key] = new MarketUpdate(MarketEvent.UnderlyingUpdate, missed.Key, Position.None, missed.Payload, missed.Hash, Micros(_a.Clock));
        _a.Feed.IsDown = _b.Feed.IsDown = false;

        Assert.Equal([2], Prices(until: 2));
    }

    [Fact]
    public void A_holder_that_is_deaf_for_long_leaves_the_lease_to_one_that_hears()
    {
        var epoch = _lease.Epoch;
        _a.Feed.GoDown();
        _time.Until(() => Assert.True(Holds("b")), TimeSpan.FromSeconds(2));
        Assert.True(_lease.Epoch > epoch);
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(1));
        Assert.Equal([1], Prices(until: 1));
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

    private static long Micros(TimeProvider clock) => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Message(int number) =>
        $$"""{"product":"NIFTY","price":{{number}},"timestamp":"2026-11-23T10:00:{{number:00}}"}""";

    private static int PriceOf(MarketUpdate update)
    {
        using var json = JsonDocument.Parse(update.Payload);
        return json.RootElement.GetProperty("price").GetInt32();
    }

    private bool Holds(string node) => _lease.Owner == node;

    private void Both(int number)
    {
        _a.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(number));
        _b.Feed.Publish(EnrichedMessage.UnderlyingChannel, Message(number));
        _time.Advance(Moment);
    }

    /// <summary>Gone without a word: what it still says to the store is lost.</summary>
    private void Kill(Twin twin)
    {
        twin.Lease.Hangs = true;
        Watch(twin.Bridge);
        Sys.Stop(twin.Bridge);
        ExpectTerminated(twin.Bridge);
        _time.Advance(TimeSpan.FromMilliseconds(25));
    }

    private MarketUpdate Next()
    {
        object? message = null;
        _time.Until(() => Assert.NotNull(message = _general.ReceiveOne(TimeSpan.Zero)));
        return Assert.IsType<RoomEvent>(message).Update;
    }

    private List<MarketUpdate> Updates(int until)
    {
        var updates = new List<MarketUpdate>();
        while (updates.Count == 0 || PriceOf(updates[^1]) != until) updates.Add(Next());
        return updates;
    }

    /// <summary>What a client would see, up to and with the given price: without repeats.</summary>
    private int[] Prices(int until) => [.. Updates(until).Where(update => !update.IsRepeat).Select(PriceOf)];

    /// <summary>What a client has seen by now.</summary>
    private int[] Prices()
    {
        var prices = new List<int>();
        while (_general.ReceiveOne(TimeSpan.FromMilliseconds(50)) is RoomEvent roomEvent)
            if (!roomEvent.Update.IsRepeat) prices.Add(PriceOf(roomEvent.Update));
        return [.. prices];
    }

    private List<BridgeHeartbeat> Heartbeats()
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
        var clock = _time.NewClock();
        var (feed, lease) = (new InMemoryFeed(clock), new LeaseGate(_lease, name));
        var ports = new BridgePorts(feed, lease, _latest);
        return new Twin(feed, lease, clock, Sys.ActorOf(BridgeActor.Props(new BridgeSettings(), ports, clock, name), "bridge-" + name));
    }

    private sealed record Twin(InMemoryFeed Feed, LeaseGate Lease, FakeTimeProvider Clock, IActorRef Bridge);

    /// <summary>One bridge's way to the lease, which can be cut without an answer; the owner's name is the bridge's.</summary>
    private sealed class LeaseGate(InMemoryLease lease, string name) : ILeaseStore
    {
        public bool Hangs { get; set; }

        public async ValueTask<long?> TryAcquireAsync(string owner, TimeSpan ttl, long epochFloor, CancellationToken cancellation)
        {
            await Pass(cancellation);
            return await lease.TryAcquireAsync(name, ttl, epochFloor, cancellation);
        }

        public async ValueTask<bool> RenewAsync(string owner, long epoch, TimeSpan ttl, CancellationToken cancellation)
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
