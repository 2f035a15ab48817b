using Akka.Actor;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Tells the clients of a node when to check their tokens. One timer serves all clients and is set for the next due time. A
/// client registers with <see cref="WatchToken"/>, which replaces its earlier request.
/// </summary>
internal sealed class TokenClock : UntypedActor, IWithTimers
{
    // Tokens use the wall clock and timers do not. If the wall clock is set, the change takes effect within this time.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly DueTimes<IActorRef> _due = new();
    private readonly TimeProvider _time;
    private DateTimeOffset _set = DateTimeOffset.MaxValue;

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
            case CheckDue:
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
        // A minimum wait: everything due was just sent, and a timer may fire a little early.
        if (wait < TimeSpan.FromMilliseconds(10)) wait = TimeSpan.FromMilliseconds(10);
        _set = now + wait;
        Timers.StartSingleTimer(CheckDue.Instance, CheckDue.Instance, wait);
    }

    private sealed record CheckDue : INoSerializationVerificationNeeded
    {
        public static readonly CheckDue Instance = new();
    }
}
