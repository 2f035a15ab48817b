using DeltaStream.Actors.Lease;

namespace DeltaStream.Actors.Tests.Lease;

/// <summary>
/// Bridges and a store in discrete time. Clocks run at different rates, messages are late, lost and out of order, bridges pause and
/// die, and the store refuses writes, is flushed and comes back. Nothing here is an actor: it drives <see cref="LeaseState"/>.
/// </summary>
internal sealed class LeaseWorld
{
    private const int Step = 5;
    private const int Bridges = 3;
    private const int Ttl = 1_000;

    private readonly Random _random;
    private readonly Bridge[] _bridges;
    private readonly PriorityQueue<Action, (int, int)> _messages = new();
    private readonly double _storeRate;
    private readonly int _slowness;
    private readonly Action<string>? _trace;
    private int _sent;
    private int _now;
    private int _refusesUntil;
    private int _flushedAt = -(2 * Ttl);
    private int _owner = -1;
    private double _expires;
    private long _storedEpoch;

    /// <param name="seed">The schedule.</param>
    /// <param name="times">The spans of the rules.</param>
    /// <param name="trace">Gets a line for each event.</param>
    public LeaseWorld(int seed, LeaseTimes times, Action<string>? trace = null)
    {
        _trace = trace;
        _random = new Random(seed);
        _storeRate = Rate();
        _slowness = _random.Next(4) == 0 ? 700 : 0;
        _bridges = [.. Enumerable.Range(0, Bridges).Select(_ => new Bridge(new LeaseState(times), Rate()))];
    }

    /// <summary>Two bridges could publish at one moment.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Steps in which some bridge could publish.</summary>
    public int Published { get; private set; }

    /// <summary>Steps in which a bridge could publish while its lease had expired in the store, which refused writes.</summary>
    public int PublishedRefused { get; private set; }

    /// <summary>Grants of the lease.</summary>
    public int Grants { get; private set; }

    private bool Refuses => _now < _refusesUntil;

    private double StoreNow => _now * _storeRate;

    private bool IsHeld => _owner >= 0 && StoreNow < _expires;

    public LeaseWorld Run(int milliseconds)
    {
        for (; _now < milliseconds && !IsBroken; _now += Step)
        {
            Disturb();
            while (_messages.TryPeek(out _, out var due) && due.Item1 <= _now) _messages.Dequeue()();
            for (var i = 0; i < Bridges; i++)
                if (_bridges[i].IsAwake(_now) && (_now / Step) % 10 == i) Do(i, _bridges[i].Lease.Tick(true, Local(i)));
            var able = _bridges.Count(bridge => bridge.MayPublish(_now));
            IsBroken = able > 1;
            if (able == 1) Published++;
            if (able == 1 && Refuses && !IsHeld) PublishedRefused++;
        }

        return this;
    }

    private void Disturb()
    {
        var dice = _random.Next(4_000);
        var bridge = _bridges[_random.Next(Bridges)];
        if (dice < 16) Trace($"dice {dice} for {Array.IndexOf(_bridges, bridge)}");
        if (dice < 8) _refusesUntil = _now + _random.Next(_random.Next(3) == 0 ? 100 : 4_000);
        else if (dice < 10) _refusesUntil = _now;
        else if (dice < 13) bridge.PausedUntil = _now + _random.Next(2_000);
        else if (dice < 15 && _now > _flushedAt + (2 * Ttl)) bridge.Die(_now + _random.Next(3_000));
        else if (dice < 16 && !Refuses && KnowTheTerm) (_owner, _storedEpoch, _flushedAt) = (-1, 0, _now);
    }

    /// <summary>A bridge that has heard of no term could not know that a store was flushed. A node hears heartbeats before it is a member.</summary>
    private bool KnowTheTerm => _bridges.All(bridge => bridge.Lease.EpochFloor >= _storedEpoch);

    private void Trace(FormattableString line) => _trace?.Invoke($"{_now} {(Refuses ? "refuses" : "")} {FormattableString.Invariant(line)}");

    private double Rate() => 0.95 + (_random.NextDouble() * 0.1);

    private TimeSpan Local(int bridge) => TimeSpan.FromMilliseconds(_now * _bridges[bridge].Rate);

    private int Delay() => _random.Next(20) switch
    {
        0 => _random.Next(1_500),
        < 4 => _random.Next(200),
        _ => _random.Next(10),
    } + _slowness;

    private void Send(int delay, Action message)
    {
        if (_random.Next(50) > 0) _messages.Enqueue(message, (_now + delay, _sent++));
    }

    /// <summary>Asks the store. A bridge that pauses handles the answer when it wakes; one that has died does not.</summary>
    private void Ask<T>(int from, Func<T> request, Action<T, TimeSpan> answer, Action failed)
    {
        var (life, askedAt) = (_bridges[from].Life, Local(from));
        var isAnswered = false;
        Send(Delay() / 2, () =>
        {
            var said = request();
            Send(Delay() / 2, () => Arrive(() =>
            {
                if (isAnswered) return;
                isAnswered = true;
                answer(said, askedAt);
            }));
        });
        _messages.Enqueue(() => Arrive(() =>
        {
            if (isAnswered) return;
            isAnswered = true;
            failed();
        }), (_now + Ttl, _sent++));

        void Arrive(Action handle)
        {
            if (_bridges[from].Life != life) return;
            if (_bridges[from].IsAwake(_now)) handle();
            else _messages.Enqueue(() => Arrive(handle), (_bridges[from].PausedUntil, _sent++));
        }
    }

    private void Do(int from, IReadOnlyList<LeaseCommand> commands)
    {
        var bridge = _bridges[from];
        foreach (var command in commands)
        {
            if (command is not (LeaseCommand.Acquire or LeaseCommand.Renew)) Trace($"{from} at {Local(from).TotalMilliseconds}: {command}");
            switch (command)
            {
                case LeaseCommand.Acquire acquire:
                    Ask(from, () => Acquire(from, acquire.EpochFloor), (said, at) =>
                        Do(from, said is { } grant ? bridge.Lease.Acquired(grant, at, true, Local(from)) : bridge.Lease.AcquireFailed(Local(from))),
                        () => Do(from, bridge.Lease.AcquireFailed(Local(from))));
                    break;
                case LeaseCommand.Renew renew:
                    Ask(from, () => Renew(from, renew.Epoch), (said, at) => Do(from, bridge.Lease.Renewed(renew.Epoch, said, at, Local(from))),
                        () => Do(from, bridge.Lease.RenewalFailed(renew.Epoch)));
                    break;
                case LeaseCommand.Release release:
                    Ask(from, () => Release(from, release.Epoch), (done, _) =>
                    {
                        if (done) TellEnd(from, release.Epoch);
                    }, () => { });
                    break;
                case LeaseCommand.Publish publish:
                    (bridge.Until, bridge.Begun) = (publish.Until, publish.Epoch);
                    Tell(from, other => other.Seen(publish.Epoch));
                    break;
                case LeaseCommand.StepDown down:
                    bridge.Until = null;
                    TellEnd(from, down.Epoch);
                    break;
            }
        }
    }

    private void TellEnd(int from, long epoch)
    {
        if (_bridges[from].Begun == epoch) Tell(from, other => other.Freed(epoch, true, Local(IndexOf(other))));
    }

    /// <summary>A heartbeat to the other bridges; each may lose it.</summary>
    private void Tell(int from, Func<LeaseState, IReadOnlyList<LeaseCommand>> heartbeat)
    {
        for (var i = 0; i < Bridges; i++)
        {
            var to = i;
            if (to != from && _random.Next(3) > 0) Send(Delay(), () =>
            {
                if (_bridges[to].IsAwake(_now)) Do(to, heartbeat(_bridges[to].Lease));
            });
        }
    }

    private int IndexOf(LeaseState lease) => Array.FindIndex(_bridges, bridge => bridge.Lease == lease);

    private LeaseAnswer? Acquire(int owner, long floor)
    {
        if (IsHeld) return new LeaseAnswer(null, TimeSpan.FromMilliseconds(_expires - StoreNow));
        if (Refuses) return null;
        var before = _storedEpoch;
        Trace($"grant to {owner}, before {before}");
        _storedEpoch = Math.Max(Math.Max(_storedEpoch, floor), _now) + 1;
        (_owner, _expires) = (owner, StoreNow + Ttl);
        Grants++;
        return new LeaseAnswer(new LeaseGrant(_storedEpoch, before), TimeSpan.Zero);
    }

    private LeaseRenewal Renew(int owner, long epoch)
    {
        Trace($"renewal of {owner}: held {IsHeld} by {_owner}, epoch {_storedEpoch} for {epoch}, left {_expires - StoreNow}");
        if (_storedEpoch != epoch || (IsHeld && _owner != owner)) return new LeaseRenewal(LeaseRenewalResult.Lost);
        if (Refuses) return new LeaseRenewal(LeaseRenewalResult.Refused, TimeSpan.FromMilliseconds(IsHeld ? _expires - StoreNow : 0));
        (_owner, _expires) = (owner, StoreNow + Ttl);
        return new LeaseRenewal(LeaseRenewalResult.Renewed);
    }

    private bool Release(int owner, long epoch)
    {
        if (Refuses || !IsHeld || _owner != owner || _storedEpoch != epoch) return false;
        _owner = -1;
        return true;
    }

    private sealed class Bridge(LeaseState lease, double rate)
    {
        private int _deadUntil;

        public LeaseState Lease { get; private set; } = lease;

        public double Rate => rate;

        public int PausedUntil { get; set; }

        public int Life { get; private set; }

        public TimeSpan? Until { get; set; }

        public long Begun { get; set; }

        public bool IsAwake(int now) => now >= PausedUntil && now >= _deadUntil;

        public bool MayPublish(int now) => IsAwake(now) && TimeSpan.FromMilliseconds(now * rate) < Until;

        /// <summary>Killed, and started again with nothing in memory.</summary>
        public void Die(int until)
        {
            (_deadUntil, Until, Life) = (until, null, Life + 1);
            Lease = new LeaseState(Lease.Times);
        }
    }
}
