using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Dispatch;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Tests.Sessions;
using DeltaStream.Actors.Topics;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>
/// A node's cache, clients and pub-sub mediator, wired as the host wires them; around them a store and transports in memory,
/// and time that only moves when the spec says so.
/// </summary>
public abstract class GatewaySpec : TestKit
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private static readonly Config VirtualTime = ConfigurationFactory.ParseString(Patience.Hocon + """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp.hostname = 127.0.0.1
        akka.remote.dot-netty.tcp.port = 0
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.cluster.pub-sub.send-to-dead-letters-when-no-subscribers = off
        akka.loglevel = WARNING
        """).WithFallback(ConfigurationFactory.ParseString(IdleMailbox.Hocon));

    private protected GatewaySpec(ITestOutputHelper output, ClientSettings? clients = null, CacheSettings? cache = null, MemoryStore? store = null, MemorySessions? sessions = null)
        : base(VirtualTime, output: output)
    {
        Store = store ?? new();
        Recovery = sessions is null ? null : new(sessions, TimeSpan.FromMinutes(2), Time);
        Status = new(Time);
        Mediator = DistributedPubSub.Get(Sys).Mediator;
        Cache = Sys.StartCache(cache ?? new(), Store, Status, Logs, Time);
        Monitor = Sys.StartFeedMonitor(Status, Problems, Logs, Time);
        Supervisor = Sys.StartClients(clients ?? new(), Cache, Status, Metrics, Logs, Time, Recovery);
        // The monitor hears heartbeats once this one comes through; until then a client would be told that the feed is stale.
        AwaitAssert(() =>
        {
            Heartbeat();
            Assert.Equal(FeedState.Live, Status.Feed.State);
        });
    }

    private protected FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    private protected MemoryStore Store { get; }

    /// <summary>Keeps sessions, if the spec has a store for them.</summary>
    private protected SessionRecovery? Recovery { get; }

    private protected MemoryLogs Logs { get; } = new();

    private protected NodeStatus Status { get; }

    private protected NodeProblems Problems { get; } = new();

    private protected GatewayMetrics Metrics { get; } = new();

    private protected TextProtocol Protocol { get; } = new(0);

    private protected IActorRef Mediator { get; }

    private protected IActorRef Cache { get; }

    private protected IActorRef Monitor { get; }

    private protected IActorRef Supervisor { get; }

    private protected long Micros => (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Moves both the wall clock and the actors' timers.</summary>
    private protected void Advance(TimeSpan time)
    {
        // In small steps: the test scheduler runs a periodic timer once a step.
        for (var left = time; left > TimeSpan.Zero; left -= Step)
        {
            var step = left < Step ? left : Step;
            Time.Advance(step);
            ((TestScheduler)Sys.Scheduler).Advance(step);
        }
    }

    /// <summary>Lets the cache look into the store's index and read what is newer there.</summary>
    private protected void Look()
    {
        var before = Store.IndexReads;
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromMilliseconds(250));
            Assert.True(Store.IndexReads > before);
        });
    }

    private protected void Heartbeat(FeedLink link = FeedLink.Up, long epoch = 1) =>
        Publish(TopicName.Heartbeat, new BridgeHeartbeat(epoch, 1, "127.0.0.1:4053", link));

    private protected void Publish(string topic, object message) => Mediator.Tell(new Publish(topic, message));

    /// <summary>Publishes an update as the bridge does: to each of its rooms, the wide one first, and to the store.</summary>
    private protected void Publish(MarketUpdate update)
    {
        if (update.Event != MarketEvent.ChainSummary) Store.Put(update);
        foreach (var room in update.Event.RoomsOf(update.Key)) PublishTo(room, update);
    }

    /// <summary>Publishes to one of its rooms only.</summary>
    private protected void PublishTo(Room room, MarketUpdate update) => Publish(TopicName.For(room), NodeOrder.For(Sys).Take(room, update));

    private protected MarketUpdate Price(string product, long sequence, long epoch = 1) =>
        Make(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying(product), sequence, epoch);

    private protected MarketUpdate Chain(string product, string expiry, long sequence, long epoch = 1) =>
        Make(MarketEvent.ChainUpdate, ConflationKey.Chain(product, expiry), sequence, epoch);

    private protected MarketUpdate Summary(string product, string expiry, long sequence, long epoch = 1) =>
        Make(MarketEvent.ChainSummary, ConflationKey.Chain(product, expiry), sequence, epoch);

    private protected MarketUpdate MarketStatus(string market, long sequence) =>
        Make(MarketEvent.MarketStatus, ConflationKey.MarketStatus(market), sequence, 1);

    /// <summary>What a client reads of an update: its name and data.</summary>
    private protected static string Text(MarketUpdate update) =>
        $"{update.Event.Name} {Encoding.UTF8.GetString(update.Payload.Span)}";

    private protected MemoryTransport Connect(
        TextProtocol? protocol = null, string sessionId = "client", bool isReady = true, ClientIdentity? identity = null, Authenticated? first = null)
    {
        var transport = new MemoryTransport(protocol ?? Protocol);
        Supervisor.Tell(new OpenClient(sessionId, transport) { Identity = identity ?? ClientIdentity.Anonymous, First = first }, TestActor);
        transport.Client = ExpectMsg<ClientOpened>().Client;
        if (isReady)
        {
            transport.Flushed();
            Await(transport, sent => sent.Any(line => line.StartsWith("connected ", StringComparison.Ordinal)));
        }

        return transport;
    }

    /// <summary>Subscribes and waits for the answer; gives what came after it.</summary>
    private protected void Subscribe(MemoryTransport transport, Room room)
    {
        var before = transport.Sent.Count;
        transport.Emit("subscribe", RequestFor(room));
        Await(transport, sent => sent.Skip(before).Any(line => line.StartsWith("subscribed ", StringComparison.Ordinal)));
    }

    private protected void Unsubscribe(MemoryTransport transport, Room room)
    {
        var before = transport.Sent.Count;
        transport.Emit("unsubscribe", RequestFor(room));
        Await(transport, sent => sent.Skip(before).Any(line => line.StartsWith("unsubscribed ", StringComparison.Ordinal)));
    }

    private protected static string RequestFor(Room room) => room.Kind switch
    {
        RoomKind.General => """{"type":"general"}""",
        RoomKind.Product => $$"""{"type":"product","symbol":"{{room.Symbol}}"}""",
        RoomKind.Chain => $$"""{"type":"chain","symbol":"{{room.Symbol}}"}""",
        _ => $$"""{"type":"chain","symbol":"{{room.Symbol}}","expiry":"{{room.Expiry}}"}""",
    };

    /// <summary>The market data that the client was sent.</summary>
    private protected static IEnumerable<string> Updates(MemoryTransport transport) =>
        transport.Sent.Where(line => line.Contains("_update ", StringComparison.Ordinal) || line.StartsWith("chain_summary ", StringComparison.Ordinal));

    private protected static IEnumerable<string> Names(MemoryTransport transport) => transport.Sent.Select(line => line.Split(' ')[0]);

    private protected void Await(MemoryTransport transport, Func<IReadOnlyList<string>, bool> condition) => AwaitAssert(
        () => Assert.True(condition(transport.Sent), string.Join('\n', transport.Sent)), interval: TimeSpan.FromMilliseconds(5));

    private MarketUpdate Make(MarketEvent @event, ConflationKey key, long sequence, long epoch) => new(
        @event, key, new(epoch, sequence), Encoding.UTF8.GetBytes($$"""{"product":"{{key.Symbol}}","expiry":"{{key.Expiry}}","n":{{sequence}}}"""),
        (ulong)sequence, Micros);
}
