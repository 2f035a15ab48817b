using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Market;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>Asks Redis for its time.</summary>
internal static class RedisTime
{
    // A script with a key, because several servers of a Redis Cluster have several clocks: every node must ask the same one.
    private const string Script = "return redis.call('TIME')";

    /// <summary>Asks and tells the clock the answer.</summary>
    public static async Task AskAsync(IDatabase db, RedisClock clock)
    {
        var asked = clock.Elapsed();
        var answer = (RedisValue[]?)await db.ScriptEvaluateAsync(Script, [RedisKeys.BridgeLease], [], CommandFlags.NoScriptCache);
        if (answer is not [var seconds, var microseconds]) throw new FeedUnavailableException("Redis did not tell its time");
        clock.Told(asked, At((long)seconds, (long)microseconds), clock.Elapsed());
    }

    /// <summary>Asks unless Redis has told its time before.</summary>
    public static ValueTask EnsureAsync(IDatabase db, RedisClock clock) => clock.IsSet ? ValueTask.CompletedTask : new(AskAsync(db, clock));

    private static DateTimeOffset At(long seconds, long microseconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(microseconds);
}
