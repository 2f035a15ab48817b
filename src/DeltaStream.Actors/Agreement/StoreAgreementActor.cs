using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Akka.Hosting;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Agreement;

/// <summary>The name of the store that a node uses: the same for all who use the same one.</summary>
public interface IStoreIdentity
{
    /// <summary>Reads it; gives the store a name where it has none.</summary>
    /// <exception cref="FeedUnavailableException">The store could not be reached.</exception>
    ValueTask<string> ReadAsync(CancellationToken cancellation);
}

/// <summary>Tells the other nodes which Redis this one uses, and hears which ones they use.</summary>
public sealed class StoreAgreementActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly string _self;
    private readonly IStoreIdentity _identity;
    private readonly StoreAgreement _agreement;
    private readonly TimeProvider _time;
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();
    private bool _asking;

    /// <summary>Makes the actor.</summary>
    /// <param name="self">This node as <c>host:port</c>.</param>
    /// <param name="identity">The name of its store.</param>
    /// <param name="agreement">Holds the outcome.</param>
    /// <param name="time">The clock.</param>
    public StoreAgreementActor(string self, IStoreIdentity identity, StoreAgreement agreement, TimeProvider time) =>
        (_self, _identity, _agreement, _time) = (self, identity, agreement, time);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.GetElapsedTime(0, _time.GetTimestamp());

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, TimeSpan.Zero, Interval);

    /// <inheritdoc/>
    protected override void PostStop() => _stopped.Cancel();

    /// <inheritdoc/>
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
        // Again and again: a restarted mediator has forgotten it.
        _mediator.Tell(new Subscribe(TopicName.Store, Self));
        if (!_asking)
        {
            _asking = true;
            ReadAsync().PipeTo(Self);
        }

        var before = _agreement.Differing;
        _agreement.Judge(Now);
        var now = _agreement.Differing;
        if (now.SequenceEqual(before)) return;
        if (now.Count == 0) _log.Info("redis_agrees");
        else _log.Error("redis_differs {nodes} {outvoted}", string.Join(',', now), _agreement.IsOutvoted);
    }

    private void OnIdentity(Identity identity)
    {
        _asking = false;
        if (identity.Store is not { } store) return;
        _agreement.Heard(_self, store, Now);
        _mediator.Tell(new Publish(TopicName.Store, new StoreNotice(_self, store)));
    }

    private async Task<Identity> ReadAsync()
    {
        try
        {
            return new Identity(await _identity.ReadAsync(_stopped.Token));
        }
        catch (Exception e) when (e is FeedUnavailableException or OperationCanceledException)
        {
            return new Identity(null);
        }
    }

    private sealed record Identity(string? Store) : INoSerializationVerificationNeeded;

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}

/// <summary>Starts the actor: for hosts and specs alike.</summary>
public static class AgreementWiring
{
    /// <summary>Starts it; needs <see cref="IStoreIdentity"/>, <see cref="StoreAgreement"/> and <see cref="TimeProvider"/> among the services.</summary>
    /// <param name="builder">The actor system being built.</param>
    /// <param name="self">This node as <c>host:port</c>.</param>
    public static AkkaConfigurationBuilder WithStoreAgreement(this AkkaConfigurationBuilder builder, string self) =>
        builder.WithActors((system, _, services) =>
        {
            var (identity, agreement, time) = (services.GetService<IStoreIdentity>(), services.GetService<StoreAgreement>(), services.GetService<TimeProvider>());
            system.ActorOf(Props.Create(() => new StoreAgreementActor(self, identity, agreement, time)), "store-agreement");
        });
}
