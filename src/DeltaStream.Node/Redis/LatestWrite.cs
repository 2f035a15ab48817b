using DeltaStream.Actors.Market;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// One call of the script that writes values with their positions. The script refuses a value if the store has one of a higher
/// epoch, and skips it if the store has a later one of the same epoch. Otherwise it sets the value for the rest of its life. The
/// script does not compare with the current epoch of the lease: an emptied store gets values of earlier epochs again.
/// </summary>
internal static class LatestWrite
{
    // Some values have a second pair of keys, right after the first: a chain is written under its expiry and as its product's
    // newest.
    private const string Script = """
        local epoch = tonumber(ARGV[1])
        local accepted = 1
        local k = 2
        for a = 3, #ARGV, 7 do
            local sequence = tonumber(ARGV[a + 1])
            for pair = 1, tonumber(ARGV[a + 6]) do
                local stored = redis.call('GET', KEYS[k + 1])
                local e, s = 0, 0
                if stored then
                    local first, second = string.match(stored, '^(%d+):(%d+):')
                    e, s = tonumber(first or 0), tonumber(second or 0)
                end
                if e > epoch then
                    accepted = 0
                elseif e < epoch or s <= sequence then
                    redis.call('SET', KEYS[k], ARGV[a], 'PX', ARGV[a + 3])
                    redis.call('SET', KEYS[k + 1], ARGV[a + 2], 'PX', ARGV[a + 3])
                    if pair == 1 then redis.call('ZADD', KEYS[1], ARGV[a + 5], ARGV[a + 4]) end
                end
                k = k + 2
            end
        end
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
        return accepted
        """;

    /// <summary>Writes updates of one epoch; returns false if the script refused any.</summary>
    /// <param name="db">The database.</param>
    /// <param name="updates">Updates of one epoch whose life has not ended.</param>
    /// <param name="now">The time, in microseconds since the Unix epoch.</param>
    public static async Task<bool> RunAsync(IDatabase db, IReadOnlyList<MarketUpdate> updates, long now)
    {
        var keys = new List<RedisKey>(1 + (updates.Count * 4)) { RedisKeys.Index };
        var values = new List<RedisValue>(2 + (updates.Count * 7))
        {
            updates[0].Position.Epoch,
            now / 1000,
        };
        foreach (var update in updates)
        {
            var life = (long)update.Key.Kind.Life.TotalMilliseconds;
            var latest = RedisKeys.Latest(update.Key);
            keys.Add(latest);
            keys.Add(RedisKeys.Position(latest));
            if (update.Key.Kind.HasExpiry)
            {
                var newest = RedisKeys.LatestOfAnyExpiry(update.Key);
                keys.Add(newest);
                keys.Add(RedisKeys.Position(newest));
            }

            values.Add(update.Payload);
            values.Add(update.Position.Sequence);
            values.Add(new StoredPosition(update.Position, update.ReceivedAt, update.Hash).ToString());
            values.Add(Math.Min(life, life - ((now - update.ReceivedAt) / 1000)));
            values.Add(RedisKeys.Member(update.Key));
            values.Add((update.ReceivedAt / 1000) + life);
            values.Add(update.Key.Kind.HasExpiry ? 2 : 1);
        }

        return (long)await db.ScriptEvaluateAsync(Script, [.. keys], [.. values], CommandFlags.NoScriptCache) == 1;
    }
}
