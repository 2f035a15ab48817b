using Akka.Actor;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Tells the clients of a node when their tokens are to be looked at: one timer, set for the next of them, however many
/// there are. A client asks with <see cref="WatchToken"/>, which replaces what it asked before.
/// </summary>
internal sealed class TokenClock : UntypedActor, IWithTimers
{
    // Tokens speak of the wall clock, timers do not: where somebody sets the clock, that is noticed within this time.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly DueTimes<IActorRef> _due = new();
    private readonly TimeProvider _time;
    private DateTimeOffset _set = DateTimeOffset.MaxValue;

    /// <summary>Makes the clock.</summary>
    /// <param name="time">The wall clock.</param>
    public TokenClock(TimeProvider time) => _time = time;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchToken watch:
                _due.Set(Sender, watch.Due, watch.ExpiresAt);
                if (watch.Due < _set) SetTimer();
                break;
            case ForgetToken:
                _due.Remove(Sender);
                break;
            case Look:
                while (_due.TryTake(_time.GetUtcNow(), out var client, out var expiresAt)) client.Tell(new TokenDue(expiresAt), Self);
                SetTimer();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void SetTimer()
    {
        if (_due.Next is not { } next)
        {
            _set = DateTimeOffset.MaxValue;
            return;
        }

        var now = _time.GetUtcNow();
        var wait = next - now;
        if (wait > LongestWait) wait = LongestWait;
        // Never at once again: what is due has been told, and a timer may come a little early.
        if (wait < TimeSpan.FromMilliseconds(10)) wait = TimeSpan.FromMilliseconds(10);
        _set = now + wait;
        Timers.StartSingleTimer(Look.Instance, Look.Instance, wait);
    }

    private sealed record Look : INoSerializationVerificationNeeded
    {
        public static readonly Look Instance = new();
    }
}
