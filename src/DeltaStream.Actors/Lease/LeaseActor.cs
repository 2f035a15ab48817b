using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Members;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Lease;

/// <param name="Ttl">How long a grant holds without renewal.</param>
/// <param name="ReachTimeout">How long a member of the cluster may be silent before it counts as out of reach.</param>
/// <param name="LinkGrace">
/// How long the link to the feed may be down before the bridge gives up the lease to another bridge that still receives the
/// feed.
/// </param>
internal sealed record LeaseSettings(TimeSpan Ttl, TimeSpan ReachTimeout, TimeSpan LinkGrace);

/// <summary>
/// Keeps the lease: sends requests to the store, tracks which members it reaches, and carries out the commands of <see
/// cref="LeaseState"/>. It is a separate actor so that the bridge's work can't delay a renewal.
/// </summary>
internal sealed class LeaseActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);

    private readonly LeaseSettings _settings;
    private readonly ILeaseStore _store;
    private readonly Func<bool> _mayPublish;
    private readonly PublishingRight _right;
    private readonly TimeProvider _time;
    private readonly LeaseLog _log;
    private readonly NodeCluster _cluster = NodeCluster.Of(Context.System);
    private readonly ClusterReach _reach;
    private readonly LeaseState _lease;
    private readonly CancellationTokenSource _stopped = new();

    // Unique for each start: a restarted bridge must not take its predecessor's lease for its own.
    private readonly string _owner;
    private TimeSpan _linkGoodUntil = TimeSpan.MinValue;
    private IActorRef? _handOverSender;
    private bool _isMember;
    private bool? _toldReachable;
    private bool? _toldUnrenewed;

    public LeaseActor(LeaseSettings settings, ILeaseStore store, Func<bool> mayPublish, PublishingRight right, TimeProvider time, LeaseLog log)
    {
        (_settings, _store, _mayPublish, _right, _time, _log) = (settings, store, mayPublish, right, time, log);
        _reach = new ClusterReach(settings.ReachTimeout);
        _lease = new LeaseState(new LeaseTimes(settings.Ttl));
        _owner = $"{_cluster.Self.Address.HostPort()}/{Guid.NewGuid():N}";
    }

    private enum Due
    {
        Tick,
        Ping,
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.Elapsed();

    private bool MayHold => Now < _linkGoodUntil && _isMember && _handOverSender is null && _mayPublish() && _reach.IsEnough(Now);

    public static Props Props(LeaseSettings settings, ILeaseStore store, Func<bool> mayPublish, PublishingRight right, TimeProvider time, LeaseLog log) =>
        Akka.Actor.Props.Create(() => new LeaseActor(settings, store, mayPublish, right, time, log));

    protected override void PreStart()
    {
        _cluster.Subscribe(Self);
        Timers.StartPeriodicTimer(Due.Tick, Due.Tick, TimeSpan.Zero, TickEvery);
        Timers.StartPeriodicTimer(Due.Ping, Due.Ping, TimeSpan.Zero, _settings.ReachTimeout / 3);
    }

    protected override void PostStop()
    {
        _right.Withdraw();
        _cluster.Unsubscribe(Self);
        _stopped.Cancel();

        if (_lease.Epoch is not { } epoch) return;
        // A bridge whose LeaseActor has failed goes on, and the restarted LeaseActor knows nothing of the term.
        Do([new LeaseCommand.StepDown(epoch, "given_up")]);
        // The lease would expire by itself; the release only makes it free sooner.
        _ = ReleaseAsync(epoch, CancellationToken.None);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Due.Tick: Do(_lease.Tick(MayHold, Now)); break;
            case Due.Ping: PingOthers(); break;
            // Without a subject the answer comes from this node's dead letters, not from the other node.
            case ActorIdentity { MessageId: string member, Subject: not null }: _reach.Heard(Address.Parse(member), Now); break;
            case ActorIdentity: break;
            case Answer answer: OnAnswer(answer); break;
            case LinkState { IsUp: true }: _linkGoodUntil = TimeSpan.MaxValue; break;
            case LinkState: _linkGoodUntil = _linkGoodUntil == TimeSpan.MaxValue ? Now + _settings.LinkGrace : _linkGoodUntil; break;
            case EpochSeen seen: Do(_lease.Seen(seen.Epoch)); break;
            case LeaseFreed freed: Do(_lease.Freed(freed.Epoch, MayHold, Now)); break;
            case RefusedByStore: Do(_lease.Refused()); break;
            case HandOver: OnHandOver(); break;
            case Released released: OnReleased(released); break;
            case ClusterEvent.IMemberEvent change: OnMember(change.Member); break;
            default: Unhandled(message); break;
        }
    }

    private void OnHandOver()
    {
        _handOverSender = Sender;
        var commands = _lease.Tick(MayHold, Now);
        Do(commands);
        if (!commands.OfType<LeaseCommand.Release>().Any()) Sender.Tell(new HandedOver());
    }

    private void OnReleased(Released released)
    {
        // If the store did not answer, the lease expires later. Standbys hear nothing, because the lease is not free yet.
        if (released.Error is null) Context.Parent.Tell(new LeaseReleased(released.Epoch));
        else _log.Unavailable(released.Error);
        _handOverSender?.Tell(new HandedOver());
    }

    private void OnMember(Member member)
    {
        var counts = member.Status is MemberStatus.Up or MemberStatus.WeaklyUp;
        if (member.UniqueAddress == _cluster.Self)
        {
            // A leaving node no longer receives events about topics.
            _isMember = counts;
            Do(_lease.Tick(MayHold, Now));
        }
        else if (counts) _reach.Joined(member.Address, Now);
        else if (member.Status != MemberStatus.Joining) _reach.Left(member.Address);
    }

    private void PingOthers()
    {
        // Akka answers Identify for every actor, and the guardian of user actors is on every node and never busy.
        // The address is sent as text because Akka has a serializer for strings but none for addresses.
        foreach (var member in _reach.Others)
            _cluster.ActorAt(member, "user").Tell(new Identify(member.ToString()), Self);
    }

    private void OnAnswer(Answer answer)
    {
        if (answer.Error is null) _log.Available();
        else _log.Unavailable(answer.Error);
        var commands = answer switch
        {
            { Command: LeaseCommand.Acquire, Error: not null } => _lease.AcquireFailed(Now),
            { Command: LeaseCommand.Acquire } => _lease.Acquired(answer.Acquired, answer.AskedAt, MayHold, Now),
            { Command: LeaseCommand.Renew renew, Error: not null } => _lease.RenewalFailed(renew.Epoch),
            { Command: LeaseCommand.Renew renew } => _lease.Renewed(renew.Epoch, answer.Renewed, answer.AskedAt, Now),
            _ => [],
        };
        if (_lease.IsUnrenewed != _toldUnrenewed)
        {
            _toldUnrenewed = _lease.IsUnrenewed;
            Context.Parent.Tell(new GoesOnUnrenewed(_lease.IsUnrenewed));
        }

        Do(commands);
        if (_lease.StoreReachable is { } reachable && reachable != _toldReachable)
        {
            _toldReachable = reachable;
            Context.Parent.Tell(new StoreState(reachable));
        }
    }

    private void Do(IReadOnlyList<LeaseCommand> commands)
    {
        foreach (var command in commands)
        {
            switch (command)
            {
                case LeaseCommand.Acquire acquire:
                    AskAsync(new Answer(command, Now), async (asked, stop) =>
                        asked with { Acquired = await _store.TryAcquireAsync(_owner, _settings.Ttl, acquire.EpochFloor, stop) }).PipeTo(Self);
                    break;
                case LeaseCommand.Renew renew:
                    AskAsync(new Answer(command, Now), async (asked, stop) =>
                        asked with { Renewed = await _store.RenewAsync(_owner, renew.Epoch, _settings.Ttl, stop) }).PipeTo(Self);
                    break;
                case LeaseCommand.Release release:
                    ReleaseAsync(release.Epoch, _stopped.Token).PipeTo(Self);
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

    private async Task<Answer> AskAsync(Answer asked, Func<Answer, CancellationToken, Task<Answer>> request)
    {
        try
        {
            // An answer after the ttl is useless.
            return await request(asked, _stopped.Token).WaitAsync(_settings.Ttl, _time, _stopped.Token);
        }
        catch (Exception error)
        {
            return asked with { Error = FeedUnavailableException.ReasonOf(error) };
        }
    }

    private async Task<Released> ReleaseAsync(long epoch, CancellationToken cancellation)
    {
        try
        {
            await _store.ReleaseAsync(_owner, epoch, cancellation);
            return new Released(epoch, null);
        }
        catch (Exception error)
        {
            return new Released(epoch, FeedUnavailableException.ReasonOf(error));
        }
    }

    private sealed record Answer(LeaseCommand Command, TimeSpan AskedAt) : INoSerializationVerificationNeeded
    {
        public LeaseAnswer Acquired { get; init; }

        public LeaseRenewal Renewed { get; init; }

        public string? Error { get; init; }
    }

    private sealed record Released(long Epoch, string? Error) : INoSerializationVerificationNeeded;
}
