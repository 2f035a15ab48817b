using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Lease;

/// <param name="Ttl">How long a grant holds without renewal.</param>
/// <param name="ReachTimeout">How long a member of the cluster may stay silent before it counts as out of reach.</param>
public sealed record LeaseSettings(TimeSpan Ttl, TimeSpan ReachTimeout);

/// <summary>
/// Keeps the lease: asks the store, watches what of the cluster it reaches, and carries out what <see cref="LeaseState"/>
/// decides. An actor of its own, so that nothing the bridge does can delay a renewal.
/// </summary>
public sealed class LeaseActor : UntypedActor, IWithTimers
{
    private readonly LeaseSettings _settings;
    private readonly ILeaseStore _store;
    private readonly Func<bool> _mayPublish;
    private readonly PublishingRight _right;
    private readonly TimeProvider _time;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly ClusterReach _reach;
    private readonly LeaseState _lease;
    private readonly CancellationTokenSource _stopped = new();

    // Unique for each start: a bridge that comes back at once must not take its former self's lease for its own.
    private readonly string _owner;
    private bool _linkIsGood;
    private IActorRef? _handingOn;
    private bool _isMember;
    private bool? _toldReachable;

    // Not one of the actor's timers: the system's scheduler ticks too coarsely for this.
    private ITimer? _tick;

    /// <summary>Makes the actor.</summary>
    public LeaseActor(LeaseSettings settings, ILeaseStore store, Func<bool> mayPublish, PublishingRight right, TimeProvider time)
    {
        (_settings, _store, _mayPublish, _right, _time) = (settings, store, mayPublish, right, time);
        _reach = new ClusterReach(settings.ReachTimeout);
        _lease = new LeaseState(settings.Ttl);
        _owner = $"{_cluster.SelfUniqueAddress.Address.HostPort()}/{Guid.NewGuid():N}";
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.GetElapsedTime(0, _time.GetTimestamp());

    private bool MayHold => _linkIsGood && _isMember && _handingOn is null && _mayPublish() && _reach.IsEnough(Now);

    /// <summary>How to make one.</summary>
    public static Props Props(LeaseSettings settings, ILeaseStore store, Func<bool> mayPublish, PublishingRight right, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new LeaseActor(settings, store, mayPublish, right, time));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        var self = Self;
        _tick = _time.CreateTimer(_ => self.Tell(Tick.Instance), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Timers.StartPeriodicTimer("ping", Ping.Instance, TimeSpan.Zero, _settings.ReachTimeout / 3);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _tick?.Dispose();
        _right.Withdraw();
        _cluster.Unsubscribe(Self);
        _stopped.Cancel();

        // The store's own ttl ends it anyway; this only makes it sooner.
        if (_lease.Epoch is { } epoch) _ = Guarded(async () => await _store.ReleaseAsync(_owner, epoch, CancellationToken.None));
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Tick: Do(_lease.Tick(MayHold, Now)); break;
            case Ping: PingOthers(); break;
            // Without a subject it is no answer of the other node's: this node's own dead letters answer so, too.
            case ActorIdentity { MessageId: string member, Subject: not null }: _reach.Heard(Address.Parse(member), Now); break;
            case ActorIdentity: break;
            case Answer answer: OnAnswer(answer); break;
            case LinkIsGood link: _linkIsGood = link.Good; break;
            case EpochSeen seen: Do(_lease.Seen(seen.Epoch)); break;
            case LeaseFreed freed: Do(_lease.Freed(freed.Epoch, MayHold, Now)); break;
            case RefusedByStore: Do(_lease.Refused()); break;
            case HandOn: OnHandOn(); break;
            case LeaseReleased released:
                Context.Parent.Tell(released);
                _handingOn?.Tell(HandedOn.Instance);
                break;
            case NotReleased:
                _handingOn?.Tell(HandedOn.Instance);
                break;
            case ClusterEvent.IMemberEvent change: OnMember(change.Member); break;
            default: Unhandled(message); break;
        }

        _tick?.FireIn(_lease.NextTick - Now);
    }

    private void OnHandOn()
    {
        _handingOn = Sender;
        var commands = _lease.Tick(MayHold, Now);
        Do(commands);
        if (!commands.OfType<LeaseCommand.Release>().Any()) Sender.Tell(HandedOn.Instance);
    }

    private void OnMember(Member member)
    {
        var counts = member.Status is MemberStatus.Up or MemberStatus.WeaklyUp;
        if (member.UniqueAddress == _cluster.SelfUniqueAddress)
        {
            // A leaving node hears of no topic any more.
            _isMember = counts;
            Do(_lease.Tick(MayHold, Now));
        }
        else if (counts) _reach.Joined(member.Address, Now);
        else if (member.Status != MemberStatus.Joining) _reach.Left(member.Address);
    }

    private void PingOthers()
    {
        // Every actor answers Identify by itself; the guardian of user actors is on every node and never busy.
        // The address goes as text: Akka binds a serializer to strings, and to addresses none.
        foreach (var member in _reach.Others)
            Context.ActorSelection(new RootActorPath(member) / "user").Tell(new Identify(member.ToString()));
    }

    private void OnAnswer(Answer answer)
    {
        var commands = answer switch
        {
            { Failed: true } => Failed(),
            { Command: LeaseCommand.Acquire } => _lease.Acquired(answer.Said, answer.AskedAt, MayHold, Now),
            { Command: LeaseCommand.Renew renew } => _lease.Renewed(renew.Epoch, answer.Said.Grant is not null, answer.AskedAt),
            _ => [],
        };
        Do(commands);
        if (_lease.StoreReachable is { } reachable && reachable != _toldReachable)
        {
            _toldReachable = reachable;
            Context.Parent.Tell(new StoreReachable(reachable));
        }
    }

    private IReadOnlyList<LeaseCommand> Failed()
    {
        _lease.Failed(Now);
        return [];
    }

    private void Do(IReadOnlyList<LeaseCommand> commands)
    {
        foreach (var command in commands)
        {
            switch (command)
            {
                case LeaseCommand.Acquire acquire:
                    Ask(command, async stop => await _store.TryAcquireAsync(_owner, _settings.Ttl, acquire.EpochFloor, stop));
                    break;
                case LeaseCommand.Renew renew:
                    Ask(command, async stop => await _store.RenewAsync(_owner, renew.Epoch, _settings.Ttl, stop) ? new LeaseAnswer(new LeaseGrant(renew.Epoch, renew.Epoch), TimeSpan.Zero) : default);
                    break;
                case LeaseCommand.Release release:
                    ReleaseAsync(release.Epoch).PipeTo(Self);
                    break;
                case LeaseCommand.Publish publish:
                    _right.Grant(publish.Epoch, _time.Later(0, publish.Until));
                    Context.Parent.Tell(new RightGranted(publish.Epoch));
                    break;
                case LeaseCommand.StepDown down:
                    _right.Withdraw();
                    BridgeMetrics.LostLease(down.Reason);
                    Context.Parent.Tell(new RightEnded(down.Epoch, down.Reason));
                    break;
            }
        }
    }

    private void Ask(LeaseCommand command, Func<CancellationToken, Task<LeaseAnswer>> request)
    {
        var askedAt = Now;
        var stop = _stopped.Token;
        Run().PipeTo(Self);

        async Task<Answer> Run()
        {
            try
            {
                // An answer after this is of no use to anybody.
                return new Answer(command, askedAt, await request(stop).WaitAsync(_settings.Ttl, _time, stop), false);
            }
            catch (Exception)
            {
                return new Answer(command, askedAt, default, true);
            }
        }
    }

    private async Task<object> ReleaseAsync(long epoch)
    {
        try
        {
            await _store.ReleaseAsync(_owner, epoch, _stopped.Token);
            return new LeaseReleased(epoch);
        }
        catch (Exception)
        {
            // It expires; whoever stands by is not told that it is free, for it is not.
            return NotReleased.Instance;
        }
    }

    private static async Task Guarded(Func<Task> request)
    {
        try
        {
            await request();
        }
        catch (Exception)
        {
            // What could not be released expires.
        }
    }

    private sealed record Answer(LeaseCommand Command, TimeSpan AskedAt, LeaseAnswer Said, bool Failed) : INoSerializationVerificationNeeded;

    private sealed record NotReleased : INoSerializationVerificationNeeded
    {
        public static readonly NotReleased Instance = new();
    }

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    private sealed record Ping : INoSerializationVerificationNeeded
    {
        public static readonly Ping Instance = new();
    }
}
