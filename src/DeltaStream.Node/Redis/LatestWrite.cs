using DeltaStream.Actors.Market;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Writes values with their positions. Atomic is each value with its own position; the index follows in a step of its own, because
/// it lies in another slot of a Redis Cluster. The script refuses a value if the store has one of a higher epoch, and skips it if
/// the store has a later one of the same epoch. Otherwise it sets the value for the rest of its life. The script does not compare
/// with the current epoch of the lease: an emptied store gets values of earlier epochs again.
/// </summary>
internal static class LatestWrite
{
    // One call moves at most this many values, so that chains of 100 KB neither block Redis nor overflow a buffer.
    public const int Batch = 32;

    private const char Refused = '0';
    private const char Written = '1';

    // The answer has one digit for each value: 0 refused, 1 written, 2 skipped.
    private const string Script = """
        local epoch = tonumber(ARGV[1])
        local results = {}
        for i = 1, #KEYS / 2 do
            local k, a = 2 * i - 1, 4 * i - 2
            local stored = redis.call('GET', KEYS[k + 1])
            local e, s = 0, 0
            if stored then
                local first, second = string.match(stored, '^(%d+):(%d+):')
                e, s = tonumber(first or 0), tonumber(second or 0)
            end
            if e > epoch then
                results[i] = '0'
            elseif e < epoch or s <= tonumber(ARGV[a + 1]) then
                redis.call('SET', KEYS[k], ARGV[a], 'PX', ARGV[a + 3])
                redis.call('SET', KEYS[k + 1], ARGV[a + 2], 'PX', ARGV[a + 3])
                results[i] = '1'
            else
                results[i] = '2'
            end
        end
        return table.concat(results)
        """;

    /// <summary>Writes updates; returns false if the store has values of a higher epoch.</summary>
    /// <param name="db">The database.</param>
    /// <param name="updates">Updates whose life has not ended.</param>
    /// <param name="now">The time, in microseconds since the Unix epoch.</param>
    public static async Task<bool> RunAsync(IDatabase db, IReadOnlyCollection<MarketUpdate> updates, long now)
    {
        var calls = updates.SelectMany(Entries).GroupBy(entry => entry.Update.Position.Epoch)
            .SelectMany(epoch => db.BySlot(epoch, entry => entry.Key, Batch))
            .Select(call => WriteAsync(db, call, now));
        var results = (await Task.WhenAll(calls)).SelectMany(call => call).ToArray();
        await IndexAsync(db, results.Where(result => result.Digit == Written && result.Entry.IsIndexed).Select(result => result.Entry.Update), now);
        return results.All(result => result.Digit != Refused);
    }

    /// <summary>The keys of an update: a chain is written under its expiry and as its product's newest.</summary>
    private static IEnumerable<Entry> Entries(MarketUpdate update)
    {
        yield return new Entry(RedisKeys.Latest(update.Key), update, IsIndexed: true);
        if (update.Key.Kind.HasExpiry) yield return new Entry(RedisKeys.LatestOfAnyExpiry(update.Key), update, IsIndexed: false);
    }

    private static async Task<IEnumerable<(Entry Entry, char Digit)>> WriteAsync(IDatabase db, Entry[] entries, long now)
    {
        var keys = new List<RedisKey>(entries.Length * 2);
        var values = new List<RedisValue>(1 + (entries.Length * 4)) { entries[0].Update.Position.Epoch };
        foreach (var (key, update, _) in entries)
        {
            var life = (long)update.Key.Kind.Life.TotalMilliseconds;
            keys.Add(key);
            keys.Add(RedisKeys.Position(key));
            values.Add(update.Payload);
            values.Add(update.Position.Sequence);
            values.Add(new StoredPosition(update.Position, update.ReceivedAt, update.Hash).ToString());
            values.Add(Math.Min(life, life - ((now - update.ReceivedAt) / 1000)));
        }

        var digits = (string?)await db.ScriptEvaluateAsync(Script, [.. keys], [.. values], CommandFlags.NoScriptCache) ?? "";
        return entries.Zip(digits);
    }

    private static Task IndexAsync(IDatabase db, IEnumerable<MarketUpdate> written, long now)
    {
        var members = written
            .Select(update => new SortedSetEntry(RedisKeys.Member(update.Key), (update.ReceivedAt / 1000) + (long)update.Key.Kind.Life.TotalMilliseconds))
            .ToArray();
        // Members whose time is over go on each write.
        var remove = db.SortedSetRemoveRangeByScoreAsync(RedisKeys.Index, double.NegativeInfinity, now / 1000);
        return members.Length == 0 ? remove : Task.WhenAll(db.SortedSetAddAsync(RedisKeys.Index, members), remove);
    }

    private readonly record struct Entry(string Key, MarketUpdate Update, bool IsIndexed);
}
