using Akka.Actor;
using Akka.Event;
using DeltaStream.Actors.Cache;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Parent of all ClientActors of a node: lets clients in, counts them, tells all of them what concerns all, and lets them go
/// in batches before the node stops. A client that fails is closed; it never restarts, and no other notices.
/// </summary>
public sealed class ClientSupervisor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan DrainInterval = TimeSpan.FromMilliseconds(100);

    private readonly ClientContext _context;
    private readonly NodeStatus _status;
    private readonly List<IActorRef> _awaitDrained = [];
    private FeedStatus _feed = null!;
    private int _drainBatch;

    /// <summary>Makes the supervisor.</summary>
    /// <param name="context">What all clients share.</param>
    /// <param name="status">Is told how many clients there are.</param>
    public ClientSupervisor(ClientContext context, NodeStatus status)
    {
        _context = context;
        _status = status;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsDraining => _drainBatch > 0;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe<FeedStatusChanged>(Self);
        Context.System.EventStream.Subscribe<OfferedValue>(Self);
        Context.System.EventStream.Subscribe<SubscriptionsLost>(Self);
        // After subscribing: a change is then either in here or on its way.
        _feed = _status.Feed;
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _status.Clients = 0;
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case OpenClient open:
                Open(open);
                break;
            case ClientEnded ended:
                _status.Clients--;
                _context.Log.Disconnected(ended.SessionId, ended.Reason, _status.Clients);
                TellIfDrained();
                break;
            case FeedStatusChanged changed:
                _feed = changed.Status;
                TellAll(changed);
                break;
            case OfferedValue or SubscriptionsLost:
                TellAll(message);
                break;
            case PassedOn:
                Sender.Tell(message, Self);
                break;
            case Drain drain:
                StartDraining(drain.Over);
                break;
            case DrainTick:
                CloseBatch();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Open(OpenClient open)
    {
        var most = _context.Settings.MaxClients;
        if (IsDraining || (most > 0 && _status.Clients >= most))
        {
            Sender.Tell(new ClientRefused(IsDraining ? "The node is stopping" : "Too many clients"), Self);
            return;
        }

        var client = Context.ActorOf(Props.CreateBy(new ClientProducer(_context, open, _feed)));
        if (open.First is not null) client.Tell(open.First, Self);
        client.Tell(Greeting.Instance, Self);
        _status.Clients++;
        _context.Log.Connected(open.SessionId, open.Transport.Name, _status.Clients);
        Sender.Tell(new ClientOpened(client), Self);
    }

    private void TellAll(object message)
    {
        foreach (var client in Context.GetChildren()) client.Tell(message, Self);
    }

    private void StartDraining(TimeSpan over)
    {
        _awaitDrained.Add(Sender);
        if (!IsDraining)
        {
            var ticks = Math.Max(1, (int)(over / DrainInterval));
            _drainBatch = Math.Max(1, (_status.Clients + ticks - 1) / ticks);
            Timers.StartPeriodicTimer(DrainTick.Instance, DrainTick.Instance, TimeSpan.Zero, DrainInterval);
        }

        TellIfDrained();
    }

    private void CloseBatch()
    {
        foreach (var client in Context.GetChildren().Take(_drainBatch)) client.Tell(new CloseClient(CloseReason.ServerDraining), Self);
    }

    private void TellIfDrained()
    {
        if (!IsDraining || _status.Clients > 0) return;
        Timers.Cancel(DrainTick.Instance);
        foreach (var asker in _awaitDrained) asker.Tell(Drained.Instance, Self);
        _awaitDrained.Clear();
    }

    /// <summary>Makes a ClientActor without the expression tree that <c>Props.Create</c> would build for each.</summary>
    private sealed class ClientProducer(ClientContext context, OpenClient open, FeedStatus feed) : IIndirectActorProducer
    {
        public Type ActorType => typeof(ClientActor);

        public ActorBase Produce() => new ClientActor(context, open, feed);

        public void Release(ActorBase actor)
        {
            // Nothing is held for an actor.
        }
    }

    private sealed record DrainTick : INoSerializationVerificationNeeded
    {
        public static readonly DrainTick Instance = new();
    }
}
