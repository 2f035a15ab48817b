using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Event;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Members;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Simulator.Loop;
using DeltaStream.Simulator.Promises;
using DeltaStream.Simulator.Twins;

namespace DeltaStream.Simulator.World;

/// <summary>
/// One life of a node: a real actor system with the real bridge, cache, clients and session keeper, wired as the host wires them.
/// Around it are the twins of its machine, its cluster and its Redis.
/// </summary>
internal sealed class SimNode
{
    private static readonly TimeSpan ClockInterval = TimeSpan.FromSeconds(2);

    private readonly List<IDisposable> _disposables = [];

    // The cache fails by a message that does not exist.
    private int _failuresOfCache;

    public SimNode(SimWorld world, int machine, int life)
    {
        (World, Machine, Life) = (world, machine, life);
        Name = $"{(char)('a' + machine)}{life}";
        Address = new Address("akka.tcp", "deltastream", $"node-{(char)('a' + machine)}", 4053);
        UniqueAddress = new UniqueAddress(Address, (machine * 1000) + life);
        Lane = new Lane(world.Loop, Name);
        Clock = new LoopClock(Lane, world.Machines[machine].Rate) { Shift = world.Machines[machine].Shift };
        RedisClock = new RedisClock(Clock);
        RedisLine = new RedisLine(this, world.Redis, world.Draws);
        Feed = new FeedTwin(this, world.Redis, world.Draws);
        Ports = new RedisPorts(this, world.Redis);
        Logs = new SimLogs(this);
        Status = new NodeStatus(Clock);
        Recovery = new SessionRecovery(Ports, TimeSpan.FromMinutes(2), Clock);
        System = StartSystem();
    }

    public SimWorld World { get; }

    public int Machine { get; }

    public int Life { get; }

    public string Name { get; }

    public Address Address { get; }

    public UniqueAddress UniqueAddress { get; }

    public Lane Lane { get; }

    public LoopClock Clock { get; }

    public RedisClock RedisClock { get; }

    public RedisLine RedisLine { get; }

    public FeedTwin Feed { get; }

    public RedisPorts Ports { get; }

    public SimLogs Logs { get; }

    public NodeStatus Status { get; }

    public BridgeStatus BridgeStatus { get; } = new();

    public NodeProblems Problems { get; } = new();

    public SessionRecovery Recovery { get; }

    public ExtendedActorSystem System { get; }

    public ClusterTwin Cluster { get; private set; } = null!;

    public IActorRef Bridge { get; private set; } = ActorRefs.Nobody;

    public IActorRef Cache { get; private set; } = ActorRefs.Nobody;

    public IActorRef Clients { get; private set; } = ActorRefs.Nobody;

    /// <summary>True while the node takes new clients.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>True once the cluster has let the node in.</summary>
    public bool IsMember { get; set; }

    /// <summary>The next publication fails, and with it the bridge's graph.</summary>
    public bool FailsToPublish { get; set; }

    /// <summary>The next question whether the bridge may publish fails, and with it the LeaseActor.</summary>
    public bool FailsToAnswer { get; set; }

    public bool IsRunning => !Lane.IsDead;

    public override string ToString() => Name;

    /// <summary>Starts the actors, in the host's order.</summary>
    public void Start()
    {
        _ = AskTimeAgainAsync();
        Bridge = System.ActorOf(BridgeActor.Props(World.Settings.Bridge, new BridgePorts(Feed, Ports, Ports)
        {
            Status = BridgeStatus,
            MayPublish = MayPublish,
            Problems = Problems,
            Log = Logs,
            Random = new Random(World.Draws.Next()),
        }, RedisClock), BridgeHosting.ActorName);
        Cache = System.StartCache(World.Settings.Cache, Ports, Status, Logs, RedisClock);
        var metrics = new GatewayMetrics();
        _disposables.Add(metrics);
        Clients = System.StartClients(World.Settings.Clients, Cache, Status, metrics, Logs, Clock, Recovery, RedisClock);
        System.StartFeedMonitor(Status, Problems, Logs, Clock);
    }

    /// <summary>Asks Redis for its time.</summary>
    public async ValueTask AskTimeAsync(CancellationToken stop)
    {
        var asked = Clock.Elapsed();
        var told = await RedisLine.RunAsync(() => World.Redis.Now, stop);
        RedisClock.Told(asked, DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(told), Clock.Elapsed());
    }

    /// <summary>The CacheActor fails and restarts.</summary>
    public void FailCache() => Lane.Do(() =>
    {
        _failuresOfCache++;
        Cache.Tell(new UseRoom(null!, 0), ActorRefs.NoSender);
    });

    /// <summary>The process is gone, without a word.</summary>
    public void Die()
    {
        IsOpen = false;
        Lane.Die();
        World.Redis.Unsubscribe(Feed);
        foreach (var disposable in _disposables) disposable.Dispose();
    }

    private bool MayPublish()
    {
        if (!FailsToAnswer) return true;
        FailsToAnswer = false;
        throw new FailedOnPurposeException();
    }

    private async Task AskTimeAgainAsync()
    {
        try
        {
            await AskTimeAsync(CancellationToken.None);
        }
        catch (FeedUnavailableException)
        {
            // The clock keeps its offset.
        }

        Clock.CreateTimer(_ => _ = AskTimeAgainAsync(), null, ClockInterval, Timeout.InfiniteTimeSpan);
    }

    private ExtendedActorSystem StartSystem()
    {
        Lane.Starting = Lane;
        try
        {
            var setup = new NodeSetup(system => Cluster = new ClusterTwin(this, system), Clock);
            var bootstrap = BootstrapSetup.Create().WithConfig(SimConfig.Of(World.Machines[Machine].Throughput));
            var system = (ExtendedActorSystem)ActorSystem.Create("deltastream", ActorSystemSetup.Create(bootstrap, setup));
            system.EventStream.Subscribe(new CallbackRefOf(system, OnError), typeof(Error));
            NodeCluster.Of(system);
            return system;
        }
        finally
        {
            Lane.Starting = null;
        }
    }

    private static bool IsPurpose(Exception? cause) => cause is FailedOnPurposeException || (cause?.InnerException is { } inner && IsPurpose(inner));

    private void OnError(object message)
    {
        if (message is not Error error || IsPurpose(error.Cause)) return;
        if (error is { Cause: ArgumentNullException, LogSource: var source } && source.Contains("/user/cache", StringComparison.Ordinal) && _failuresOfCache-- > 0) return;
        World.Observer.Break(Promise.NoActorFails, $"{Name}: {error.LogSource}: {error.Message} {error.Cause}");
    }

    /// <summary>A receiver of the event stream, from before the node has its cluster.</summary>
    private sealed class CallbackRefOf(ActorSystem system, Action<object> receive) : MinimalActorRef
    {
        public override ActorPath Path { get; } = new RootActorPath(Akka.Actor.Address.AllSystems) / "errors";

        public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

        protected override void TellInternal(object message, IActorRef sender) => receive(message);
    }
}
