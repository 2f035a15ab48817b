using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// Keeps the sessions of a node's clients in the store: writes changes in batches and regularly prolongs unchanged sessions.
/// All sessions share one timer and one write in flight. Clients do not notice when the store is away.
/// </summary>
internal sealed class SessionKeeper : UntypedActor, IWithTimers
{
    /// <summary>The actor's name, which other nodes use to find it.</summary>
    public const string Name = "sessions";

    private const int Batch = 256;
    private const int MostPending = 100_000;
    // Each session is prolonged once in this many ticks, well within the minute that it is kept beyond its window.
    private const int TicksPerRound = 20;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(5);

    private readonly SessionRecovery _recovery;
    private readonly SessionLog _log;
    private readonly Dictionary<ClientSession, IActorRef> _clients = [];
    private readonly Queue<ClientSession> _round = new();
    private readonly HashSet<ClientSession> _changed = [];
    private readonly Dictionary<ClientSession, SessionWrite> _pending = [];
    private bool _isWriting;
    private bool _isAway;

    public SessionKeeper(SessionRecovery recovery, SessionLog log) => (_recovery, _log) = (recovery, log);

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(Confirm.Instance, Confirm.Instance, Tick);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SessionChanged { Session: var session }:
                if (_clients.TryAdd(session, Sender)) _round.Enqueue(session);
                if (_changed.Add(session) && _changed.Count == 1) Timers.StartSingleTimer(Gather.Instance, Gather.Instance, GatherTime);
                break;
            case Gather:
                foreach (var session in _changed) Ask(session);
                _changed.Clear();
                break;
            case SessionReply told when _clients.ContainsKey(told.Session):
                Pend(told.Session, StateOf(told.Session), told.Saved.Write());
                Write();
                break;
            case SessionEnded ended:
                End(ended);
                break;
            case SessionMoved { Session: var moved }:
                _recovery.Release(moved);
                _changed.Remove(moved);
                _pending.Remove(moved);
                _clients.Remove(moved);
                break;
            case Confirm:
                ConfirmSome();
                Write(again: true);
                break;
            case Written written:
                OnWritten(written);
                break;
            case IsHolderAlive asked:
                Sender.Tell(new HolderAnswer(_recovery.IsHeld(asked.Number)), Self);
                break;
            case SessionReply:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static SessionState StateOf(ClientSession session) => session.IsClaimed ? SessionState.Claimed : SessionState.Open;

    private void Ask(ClientSession session)
    {
        if (_clients.TryGetValue(session, out var client)) client.Tell(GetSession.Instance, Self);
    }

    private void End(SessionEnded ended)
    {
        _recovery.Release(ended.Session);
        _changed.Remove(ended.Session);
        // Another node has claimed the session and owns it.
        if (!_clients.Remove(ended.Session)) return;
        if (_pending.Count >= MostPending) return;
        Pend(ended.Session, ended.Saved is null ? SessionState.Left : SessionState.Lost, ended.Saved?.Write());
        Write();
    }

    private void Pend(ClientSession session, SessionState state, string? text) =>
        _pending[session] = new(session.Key, _recovery.HolderOf(session), state, text);

    private void ConfirmSome()
    {
        var due = (_clients.Count + TicksPerRound - 1) / TicksPerRound;
        // Ended sessions do not count against the quota of a tick, so one round removes all of them even when clients come and
        // go fast.
        for (var left = _round.Count; left > 0 && (due > 0 || _clients.Count == 0); left--)
        {
            var session = _round.Dequeue();
            if (!_clients.ContainsKey(session)) continue;
            _round.Enqueue(session);
            due--;
            // A pending write prolongs the session anyway.
            if (!_pending.ContainsKey(session))
                Pend(session, StateOf(session), null);
        }
    }

    private void Write(bool again = false)
    {
        if (_isWriting || _pending.Count == 0 || (_isAway && !again)) return;
        _isWriting = true;
        // A session whose connection is lost is kept for the window from now on; any other session is kept a minute longer than
        // the window after its last write.
        var lost = _pending.Values.First().State >= SessionState.Lost;
        var batch = _pending.Where(entry => entry.Value.State >= SessionState.Lost == lost).Take(Batch).ToArray();
        WriteAsync(batch, lost ? _recovery.Window : _recovery.LiveLife).PipeTo(Self, failure: error => new Written(batch, null) { Fault = error });
    }

    private async Task<Written> WriteAsync(KeyValuePair<ClientSession, SessionWrite>[] batch, TimeSpan life)
    {
        try
        {
            using var timeout = new CancellationTokenSource(WritePatience, _recovery.Time);
            return new(batch, await _recovery.Store.WriteAsync([.. batch.Select(entry => entry.Value)], life, timeout.Token));
        }
        catch (Exception e) when (e is FeedUnavailableException or OperationCanceledException)
        {
            return new(batch, null);
        }
    }

    private void OnWritten(Written written)
    {
        _isWriting = false;
        // A store that is away is normal and logged by the bridge. Anything else is a fault in the gateway, logged once until a write succeeds.
        if (written.Fault is { } fault && !_isAway) _log.WriteFailed(fault);
        _isAway = written.Results is null;
        // The entries stay pending and are retried on the next tick.
        if (written.Results is null) return;
        for (var i = 0; i < written.Batch.Length; i++)
        {
            var (session, write) = written.Batch[i];
            // An entry that changed during the write stays pending.
            if (_pending.TryGetValue(session, out var latest) && ReferenceEquals(latest, write)) _pending.Remove(session);
            switch (written.Results[i])
            {
                case SessionWriteResult.Missing:
                    // The store has come back empty.
                    Ask(session);
                    break;
                case SessionWriteResult.Taken:
                    _clients.Remove(session);
                    _changed.Remove(session);
                    _pending.Remove(session);
                    break;
            }
        }

        Write();
    }

    private sealed record Written(KeyValuePair<ClientSession, SessionWrite>[] Batch, IReadOnlyList<SessionWriteResult>? Results) : INoSerializationVerificationNeeded
    {
        /// <summary>An exception that a store does not promise.</summary>
        public Exception? Fault { get; init; }
    }

    private sealed record Gather : INoSerializationVerificationNeeded
    {
        public static readonly Gather Instance = new();
    }

    private sealed record Confirm : INoSerializationVerificationNeeded
    {
        public static readonly Confirm Instance = new();
    }
}
