using System.IO.Hashing;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Market;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// The newest values in Redis: the platform's <c>latest:*</c> keys, and their positions and an index under <c>deltastream:</c>.
/// </summary>
/// <param name="connection">The Redis with the values.</param>
/// <param name="maxBytes">The largest value that is accepted from another writer, in bytes.</param>
/// <param name="clock">Redis's time, which decides which values are live.</param>
internal sealed class RedisLatestStore(RedisConnection connection, int maxBytes, RedisClock clock) : ILatestStore
{
    public async ValueTask<IReadOnlyList<MarketUpdate>> ReadAsync(IReadOnlyCollection<ConflationKey> keys, CancellationToken cancellation)
    {
        if (keys.Count == 0) return [];
        return await connection.RunAsync(async db =>
        {
            await RedisTime.EnsureAsync(db, clock);
            // The client library pipelines the chunks over its one connection.
            var chunks = await Task.WhenAll(db.BySlot(keys, key => RedisKeys.Latest(key), LatestWrite.Batch).Select(chunk => ReadChunkAsync(db, chunk)));
            return chunks.SelectMany(chunk => chunk).ToArray();
        }, cancellation);
    }

    public async ValueTask<IReadOnlyList<LatestEntry>> ReadIndexAsync(CancellationToken cancellation) =>
        await connection.RunAsync(async db =>
        {
            await RedisTime.EnsureAsync(db, clock);
            // The score is the end of the life. A bridge with a longer LATEST_SECONDS writes ends that would mean a future receipt here.
            var now = clock.UnixMicroseconds();
            var found = await db.SortedSetRangeByScoreWithScoresAsync(RedisKeys.Index, now / 1000, exclude: Exclude.Start);
            var entries = new List<LatestEntry>(found.Length);
            foreach (var entry in found)
                if (RedisKeys.TryParseMember(entry.Element.ToString(), out var key))
                    entries.Add(new LatestEntry(key, Math.Min(now, ((long)entry.Score * 1000) - (long)key.Kind.Life.TotalMicroseconds)));
            return entries;
        }, cancellation);

    public async ValueTask<bool> WriteAsync(IReadOnlyCollection<MarketUpdate> updates, CancellationToken cancellation) =>
        await connection.RunAsync(async db =>
        {
            await RedisTime.EnsureAsync(db, clock);
            var now = clock.UnixMicroseconds();
            return await LatestWrite.RunAsync(db, [.. updates.Where(update => update.IsLiveAt(now))], now);
        }, cancellation);

    private async Task<List<MarketUpdate>> ReadChunkAsync(IDatabase db, ConflationKey[] keys)
    {
        // One MGET reads both, so that no write comes between a value and its position.
        var names = keys.SelectMany(key => new RedisKey[] { RedisKeys.Latest(key), RedisKeys.Position(RedisKeys.Latest(key)) }).ToArray();
        var found = await db.StringGetAsync(names);
        var updates = new List<MarketUpdate>(keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            if (found[2 * i].IsNull) continue;
            var value = (ReadOnlyMemory<byte>)found[2 * i];
            var hash = XxHash3.HashToUInt64(value.Span);
            if (StoredPosition.TryParse(found[(2 * i) + 1], out var stored) && stored.Hash == hash)
            {
                if (keys[i].Kind.IsLiveAt(stored.ReceivedAt, clock.UnixMicroseconds()))
                    updates.Add(Update(keys[i], stored.Position, value, hash, stored.ReceivedAt));
            }
            else if (IsValid(keys[i], value) && await ForeignReceiptAsync(db, names[2 * i], keys[i].Kind.Life) is { } receivedAt)
            {
                updates.Add(Update(keys[i], Position.None, value, hash, receivedAt));
            }
        }

        return updates;
    }

    /// <summary>
    /// The time at which another writer set a value, computed from the rest of its life; null if the key's expiry does not show it.
    /// </summary>
    private async Task<long?> ForeignReceiptAsync(IDatabase db, RedisKey key, TimeSpan life)
    {
        var remaining = await db.KeyTimeToLiveAsync(key);
        return remaining <= life ? clock.UnixMicroseconds() - (long)(life - remaining.Value).TotalMicroseconds : null;
    }

    /// <summary>Other programs may write to these keys, so a value must pass the same check as the feed.</summary>
    private bool IsValid(ConflationKey key, ReadOnlyMemory<byte> value) =>
        EnrichedMessage.TryRead(key.Kind, value, 0, maxBytes, out var message, out _) && message!.Key == key;

    private static MarketUpdate Update(ConflationKey key, Position position, ReadOnlyMemory<byte> value, ulong hash, long receivedAt) =>
        new(key.Kind.Update, key, position, value, hash, receivedAt);
}
