using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// Keeps the subscription to the feed. It subscribes again, with growing pauses, when the subscription fails or ends, and sends
/// <see cref="LinkUp"/> and <see cref="LinkDown"/> to its parent.
/// </summary>
internal sealed class ListenerActor(IFeed feed, FeedInlet inlet, BridgeSettings settings, BridgeLog log, Random random) : UntypedActor, IWithTimers
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(500);

    private readonly Backoff _retry = new(settings.MinBackoff, settings.MaxBackoff, random);
    private readonly CancellationTokenSource _stopped = new();
    private string? _lastError;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(Due.Report, Due.Report, ReportEvery);
        Listen();
    }

    protected override void PostStop()
    {
        _stopped.Cancel();
        inlet.Stop();
    }

    protected override void OnReceive(object message) => Away(message);

    private void Away(object message)
    {
        switch (message)
        {
            case LinkUp:
                Become(Listening);
                _lastError = null;
                _retry.Reset();
                log.ListenerStarted(feed.Channels);
                Context.Parent.Tell(message);
                break;
            case LinkDown down: ListenAgain(down.Reason); break;
            case Due.Listen: Listen(); break;
            case Due.Report: inlet.ReportFaults(); break;
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
            case Due.Report: inlet.ReportFaults(); break;
            default: Unhandled(message); break;
        }
    }

    private void Listen()
    {
        var (self, subscribed) = (Self, inlet.BeginSubscription());
        feed.ListenAsync(OnSubscribed, inlet.Receive, _stopped.Token)
            .PipeTo(self, success: () => new LinkDown("the subscription ended"), failure: error => new LinkDown(FeedUnavailableException.ReasonOf(error)));

        void OnSubscribed()
        {
            subscribed();
            self.Tell(new LinkUp());
        }
    }

    private void ListenAgain(string reason)
    {
        // Retries fail for the same reason, so log it once.
        if (reason != _lastError) log.ListenerError(reason);
        _lastError = reason;
        Timers.StartSingleTimer(Due.Listen, Due.Listen, _retry.Next());
    }

    private enum Due
    {
        Listen,
        Report,
    }
}
