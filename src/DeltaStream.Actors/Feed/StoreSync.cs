using System.Threading.Channels;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// Brings bridge and store together after a gap: what the store has that was missed here goes into the graph, what was
/// published and the store has lost is written again.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="ledger">What is known here.</param>
/// <param name="graph">The way into the graph; bounded, and waited for.</param>
/// <param name="settings">Sizes.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreSync(ILatestStore store, IntakeLedger ledger, ChannelWriter<FeedItem> graph, BridgeSettings settings, TimeProvider time)
{
    /// <summary>Reads everything there is to know once.</summary>
    /// <param name="mayWrite">Whether this bridge has the right to write; asked again before each write.</param>
    /// <param name="stopped">Ends it.</param>
    /// <exception cref="FeedUnavailableException">The store can't be reached; run it again later.</exception>
    public async Task Run(Func<bool> mayWrite, CancellationToken stopped)
    {
        var index = await store.ReadIndexAsync(stopped);
        var keys = index.Select(entry => entry.Key).Union(ledger.Keys).ToArray();
        foreach (var chunk in keys.Chunk(settings.WriteBatch))
        {
            var stored = await store.ReadAsync(chunk, stopped);
            foreach (var update in stored) await Restore(update, stopped);
            if (!mayWrite()) continue;
            var asked = chunk.ToHashSet();
            var missing = ledger.MissingFrom(asked, stored, time.UnixMicroseconds());
            if (missing.Count > 0) await store.WriteAsync(missing, stopped);
        }
    }

    private async ValueTask Restore(MarketUpdate update, CancellationToken stopped)
    {
        var channel = update.Key.Kind == MarketKind.Underlying ? EnrichedMessage.UnderlyingChannel : EnrichedMessage.ChainChannel;

        // Anybody may have written there: what is no valid message is left alone.
        if (!EnrichedMessage.TryRead(channel, update.Payload, settings.MaxMessageBytes, out var message, out _) || message!.Key != update.Key) return;
        if (update.Position != Position.None)
            ledger.Stored(new PublishedValue(update.Key, update.Position, message.Hash, message.Timestamp), time.Elapsed());
        await graph.WriteAsync(new FeedItem(new FeedMessage(channel, update.Payload, update.ReceivedAt), IsStored: true), stopped);
    }
}
