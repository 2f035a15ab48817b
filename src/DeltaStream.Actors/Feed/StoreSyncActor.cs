using Akka.Actor;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;

namespace DeltaStream.Actors.Feed;

/// <summary>Synchronise with the store now, or after the current run.</summary>
internal sealed record SyncNow : INoSerializationVerificationNeeded;

/// <summary>Synchronise after a pause, because the store has just failed.</summary>
internal sealed record SyncLater : INoSerializationVerificationNeeded;

/// <summary>
/// Synchronises the bridge and the store after a gap, one run at a time. Values that the bridge has missed go from the store
/// into the graph. Published values that the store has lost are written again if this bridge has the right to publish.
/// </summary>
/// <param name="store">The last-value cache.</param>
/// <param name="ledger">The received and the published messages.</param>
/// <param name="right">The right to publish, checked before each write.</param>
/// <param name="inlet">The entry to the graph.</param>
/// <param name="settings">Sizes, and the pause after a failure.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The bridge's log.</param>
internal sealed class StoreSyncActor(
    ILatestStore store, IntakeLedger ledger, PublishingRight right, FeedInlet inlet, BridgeSettings settings, TimeProvider time, BridgeLog log)
    : UntypedActor, IWithTimers
{
    private readonly CancellationTokenSource _stopped = new();

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PostStop() => _stopped.Cancel();

    protected override void OnReceive(object message) => Idle(message);

    private void Idle(object message)
    {
        switch (message)
        {
            case SyncNow:
                Become(Reading);
                ReadAsync(_stopped.Token).PipeTo(Self, success: () => new Ended(null), failure: error => new Ended(FeedUnavailableException.ReasonOf(error)));
                break;
            case SyncLater: Later(); break;
            default: Unhandled(message); break;
        }
    }

    private void Reading(object message)
    {
        switch (message)
        {
            // The request may concern keys that this run has already passed.
            case SyncNow or SyncLater: Later(); break;
            case Ended ended:
                Become(Idle);
                if (ended.Error is null) break;
                log.SyncFailed(ended.Error);
                Later();
                break;
            default: Unhandled(message); break;
        }
    }

    private void Later() => Timers.StartSingleTimer(nameof(SyncNow), new SyncNow(), settings.MinBackoff * 2);

    private async Task ReadAsync(CancellationToken stopped)
    {
        var index = await store.ReadIndexAsync(stopped);
        var keys = index.Select(entry => entry.Key).Union(ledger.Keys).ToArray();
        foreach (var chunk in keys.Chunk(settings.WriteBatch))
        {
            var stored = await store.ReadAsync(chunk, stopped);
            foreach (var update in stored) Restore(update);
            if (right.Current is null) continue;
            var missing = ledger.MissingFrom(chunk.ToHashSet(), stored, time.UnixMicroseconds());
            if (missing.Count > 0) await store.WriteAsync(missing, stopped);
        }
    }

    private void Restore(MarketUpdate update)
    {
        // Other programs write to the store too, so values that are not valid messages are ignored.
        if (!EnrichedMessage.TryRead(update.Key.Kind, update.Payload, update.ReceivedAt, settings.MaxMessageBytes, out var message, out _) || message!.Key != update.Key) return;
        if (update.Position != Position.None)
            ledger.Stored(new PublishedValue(update.Key, update.Position, message.Hash, message.Timestamp, update.ReceivedAt), time.Elapsed());
        inlet.Restore(new FeedMessage(update.Key.Kind.Channel, update.Payload, update.ReceivedAt), update.Position);
    }

    private sealed record Ended(string? Error) : INoSerializationVerificationNeeded;
}
