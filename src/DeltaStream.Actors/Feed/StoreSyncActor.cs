using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// Brings bridge and store into step when it is told <see cref="SyncNow"/>, one reading at a time. A request that comes during
/// a reading is served by another one behind it; a reading that failed is repeated after a pause. Tells its parent
/// <see cref="InStep"/>.
/// </summary>
internal sealed class StoreSyncActor(Func<CancellationToken, Task> sync, TimeSpan pause, BridgeLog log) : UntypedActor, IWithTimers
{
    private readonly CancellationTokenSource _stopped = new();

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Func<CancellationToken, Task> sync, TimeSpan pause, BridgeLog log) =>
        Akka.Actor.Props.Create(() => new StoreSyncActor(sync, pause, log));

    protected override void PostStop() => _stopped.Cancel();

    protected override void OnReceive(object message) => Idle(message);

    private void Idle(object message)
    {
        switch (message)
        {
            case SyncNow: Read(); break;
            case SyncLater: Later(); break;
            default: Unhandled(message); break;
        }
    }

    private void Reading(object message)
    {
        switch (message)
        {
            case SyncNow: Become(ReadingOnceMore); break;
            case SyncLater: Later(); break;
            case Ended ended:
                Become(Idle);
                OnEnded(ended);
                if (ended.Error is not null) Later();
                break;
            default: Unhandled(message); break;
        }
    }

    private void ReadingOnceMore(object message)
    {
        switch (message)
        {
            case SyncNow: break;
            case SyncLater: Later(); break;
            case Ended ended:
                OnEnded(ended);
                Read();
                break;
            default: Unhandled(message); break;
        }
    }

    private void Read()
    {
        Timers.Cancel(nameof(SyncNow));
        Become(Reading);
        sync(_stopped.Token).PipeTo(Self, success: () => new Ended(null), failure: error => new Ended(FeedUnavailableException.ReasonOf(error)));
    }

    private void Later() => Timers.StartSingleTimer(nameof(SyncNow), SyncNow.Instance, pause);

    private void OnEnded(Ended ended)
    {
        if (ended.Error is null) Context.Parent.Tell(InStep.Instance);
        else log.SyncFailed(ended.Error);
    }

    private sealed record Ended(string? Error) : INoSerializationVerificationNeeded;
}
