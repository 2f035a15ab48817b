using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>Keeps the subscription to the feed: subscribes anew, with growing pauses, whenever it fails or ends. Tells its parent <see cref="LinkUp"/> and <see cref="LinkDown"/>.</summary>
internal sealed class ListenerActor(IFeed feed, FeedInlet inlet, BridgeSettings settings, BridgeLog log) : UntypedActor, IWithTimers
{
    private readonly Backoff _again = new(settings.MinBackoff, settings.MaxBackoff);
    private readonly CancellationTokenSource _stopped = new();
    private string? _lastError;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Listen();

    protected override void PostStop() => _stopped.Cancel();

    protected override void OnReceive(object message) => Away(message);

    private void Away(object message)
    {
        switch (message)
        {
            case LinkUp:
                Become(Listening);
                _lastError = null;
                _again.Reset();
                log.ListenerStarted("enriched:*");
                Context.Parent.Tell(message);
                break;
            case LinkDown down: ListenAgain(down.Reason); break;
            case Due.Listen: Listen(); break;
            default: Unhandled(message); break;
        }
    }

    private void Listening(object message)
    {
        switch (message)
        {
            case LinkDown down:
                Become(Away);
                ListenAgain(down.Reason);
                Context.Parent.Tell(message);
                break;
            default: Unhandled(message); break;
        }
    }

    private void Listen()
    {
        var self = Self;
        feed.ListenAsync(() => self.Tell(new LinkUp()), inlet.Receive, _stopped.Token)
            .PipeTo(self, success: () => new LinkDown("the subscription ended"), failure: error => new LinkDown(FeedUnavailableException.ReasonOf(error)));
    }

    private void ListenAgain(string reason)
    {
        // Each attempt fails the same way; once is enough.
        if (reason != _lastError) log.ListenerError(reason);
        _lastError = reason;
        Timers.StartSingleTimer(Due.Listen, Due.Listen, _again.Next());
    }

    private enum Due
    {
        Listen,
    }
}
