using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Hosting;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Members;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Agreement;

/// <summary>The name of the store that a node uses. All users of one store read the same name.</summary>
public interface IStoreIdentity
{
    /// <summary>Reads the name, and creates it if the store has none.</summary>
    /// <exception cref="FeedUnavailableException">The store could not be reached.</exception>
    ValueTask<string> ReadAsync(CancellationToken cancellation);
}

/// <summary>Tells the other nodes which Redis this node uses, and receives their notices.</summary>
internal sealed class StoreAgreementActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly string _self;
    private readonly IStoreIdentity _identity;
    private readonly StoreAgreement _agreement;
    private readonly TimeProvider _time;
    private readonly IActorRef _mediator = NodeCluster.Of(Context.System).Mediator;
    private readonly NodeProblems _problems;
    private readonly AgreementLog _log;
    private readonly CancellationTokenSource _stopped = new();
    private bool _asking;

    public StoreAgreementActor(string self, IStoreIdentity identity, StoreAgreement agreement, TimeProvider time, NodeProblems problems, AgreementLog log) =>
        (_self, _identity, _agreement, _time, _problems, _log) = (self, identity, agreement, time, problems, log);

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.Elapsed();

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, TimeSpan.Zero, Interval);

    protected override void PostStop() => _stopped.Cancel();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Tick: OnTick(); break;
            case Identity identity: OnIdentity(identity); break;
            case StoreNotice notice when notice.Node != _self: _agreement.Heard(notice.Node, notice.Store, Now); break;
            case StoreNotice or SubscribeAck: break;
            default: Unhandled(message); break;
        }
    }

    private void OnTick()
    {
        // Subscribe repeatedly: a restarted mediator has lost the subscription.
        _mediator.Tell(new Subscribe(TopicName.Store, Self));
        if (!_asking)
        {
            _asking = true;
            // Without an answer from Redis there is no verdict. Other code logs that Redis is away or refuses.
            _identity.ReadAsync(_stopped.Token).AsTask().PipeTo(Self, success: store => new Identity(store), failure: _ => new Identity(null));
        }

        var before = _agreement.Differing;
        _agreement.Judge(Now);
        var now = _agreement.Differing;
        if (now.SequenceEqual(before)) return;
        _problems.Set(Problem.RedisDiffers, now.Count == 0 ? null : $"{string.Join(',', now)} use another Redis");
        if (now.Count == 0) _log.Agrees();
        else _log.Differs(string.Join(',', now), _agreement.IsOutvoted);
    }

    private void OnIdentity(Identity identity)
    {
        _asking = false;
        if (identity.Store is not { } store) return;
        _agreement.Heard(_self, store, Now);
        _mediator.Tell(new Publish(TopicName.Store, new StoreNotice(_self, store)));
    }

    private sealed record Identity(string? Store) : INoSerializationVerificationNeeded;

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}

/// <summary>Starts the actor for hosts and specs.</summary>
public static class AgreementWiring
{
    /// <summary>
    /// Starts the actor. The services must include <see cref="IStoreIdentity"/>, <see cref="StoreAgreement"/>, <see
    /// cref="NodeProblems"/> and <see cref="TimeProvider"/>.
    /// </summary>
    /// <param name="builder">The actor system's builder.</param>
    /// <param name="self">This node as <c>host:port</c>.</param>
    public static AkkaConfigurationBuilder WithStoreAgreement(this AkkaConfigurationBuilder builder, string self) =>
        builder.WithActors((system, _, services) =>
        {
            var (identity, agreement, time) = (services.GetService<IStoreIdentity>(), services.GetService<StoreAgreement>(), services.GetService<TimeProvider>());
            var problems = services.GetService<NodeProblems>();
            var log = new AgreementLog(services.GetService<ILoggerFactory>().CreateLogger<StoreAgreementActor>());
            system.ActorOf(Props.Create(() => new StoreAgreementActor(self, identity, agreement, time, problems, log)), "store-agreement");
        });
}
