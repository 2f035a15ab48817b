using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Settings;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>What a trial of Redis found.</summary>
/// <param name="Address">The server that the node would use.</param>
/// <param name="Version">The version that the server tells.</param>
/// <param name="Refused">The commands that Redis refused, each with Redis's text; empty if the user has every right.</param>
/// <param name="Clock">The clock of Redis; null if it did not tell its time.</param>
internal sealed record RedisTrialResult(string Address, string Version, IReadOnlyList<string> Refused, RedisClock? Clock);

/// <summary>
/// Connects to Redis as a node does, and tries each command that a node uses. It writes only keys that no node reads, and deletes
/// them.
/// </summary>
/// <param name="settings">The address and the timeouts.</param>
/// <param name="url">The address of Redis.</param>
/// <param name="hasBridge">Whether the node would also subscribe to the feed.</param>
internal sealed class RedisTrial(RedisSettings settings, RedisUrl url, bool hasBridge)
{
    private const string ClientName = "deltastream-check";

    // The keys go by themselves if the user may not delete them.
    private const string Milliseconds = "10000";

    private readonly List<string> _refused = [];
    private readonly string _id = Guid.NewGuid().ToString("N");

    /// <summary>Runs the trial.</summary>
    /// <exception cref="FeedUnavailableException">No primary answers, or the login is refused. The message is one line without secrets.</exception>
    public async Task<RedisTrialResult> RunAsync(CancellationToken stop)
    {
        var login = new RedisLoginCheck(new NodeProblems(), NullLogger<RedisLoginCheck>.Instance);
        await using var link = await new RedisDialer(settings, url, login).DialAsync(ClientName, stop);
        foreach (var key in new[] { RedisKeys.Check(_id), RedisKeys.LatestCheck(_id) }) await TryValuesAsync(link.Database, key);
        await TrySortedSetAsync(link.Database, RedisKeys.Check(_id));
        var clock = new RedisClock(TimeProvider.System);
        await TryAsync("EVAL", () => RedisTime.AskAsync(link.Database, clock));
        if (hasBridge) await TryFeedAsync(link, stop);
        await TryAsync("INFO", async () =>
        {
            foreach (var server in link.Servers) await server.ExecuteAsync("INFO", "replication");
        });
        var version = link.Servers.FirstOrDefault()?.Version.ToString() ?? "unknown";
        return new RedisTrialResult(link.Address, version, _refused, clock.IsSet ? clock : null);
    }

    private async Task TryValuesAsync(IDatabase db, RedisKey key)
    {
        await CommandAsync(db, "SETNX", key, "1");
        await CommandAsync(db, "PEXPIRE", key, Milliseconds);
        await CommandAsync(db, "SET", key, "1", "PX", Milliseconds);
        await CommandAsync(db, "GET", key);
        await CommandAsync(db, "MGET", key);
        await CommandAsync(db, "EXISTS", key);
        await CommandAsync(db, "PTTL", key);
        await CommandAsync(db, "DEL", key);
    }

    private async Task TrySortedSetAsync(IDatabase db, RedisKey key)
    {
        await CommandAsync(db, "ZADD", key, "1", "member");
        await CommandAsync(db, "PEXPIRE", key, Milliseconds);
        await CommandAsync(db, "ZRANGEBYSCORE", key, "0", "1");
        await CommandAsync(db, "ZREMRANGEBYSCORE", key, "0", "0");
        await CommandAsync(db, "ZREM", key, "member");
        await CommandAsync(db, "DEL", key);
    }

    private async Task TryFeedAsync(RedisLink link, CancellationToken stop)
    {
        var (echo, feed) = (RedisChannel.Literal(RedisKeys.Echo(_id)), RedisChannel.Pattern(new FeedChannels(settings.ChannelPrefix).Pattern));
        var heard = new TaskCompletionSource();
        await TryAsync($"PSUBSCRIBE {feed}", () => link.Subscriber.SubscribeAsync(feed, static (_, _) => { }).WaitAsync(settings.CommandTimeout, stop));
        var before = _refused.Count;
        await TryAsync($"SUBSCRIBE {echo}", () => link.Subscriber.SubscribeAsync(echo, (_, _) => heard.TrySetResult()).WaitAsync(settings.CommandTimeout, stop));
        await TryAsync($"PUBLISH {echo}", () => link.Subscriber.PublishAsync(echo, "check"));
        if (_refused.Count > before) return;
        try
        {
            await heard.Task.WaitAsync(settings.CommandTimeout, stop);
        }
        catch (TimeoutException)
        {
            _refused.Add($"PUBLISH {echo}: the message did not come back within {settings.CommandTimeout.TotalSeconds:0.#} s");
        }
    }

    private Task CommandAsync(IDatabase db, string command, RedisKey key, params string[] arguments) =>
        TryAsync($"{command} {key}", () => db.ExecuteAsync(command, [key, .. arguments]));

    private async Task TryAsync(string command, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (RedisConnection.IsFailure(e) || e is FeedUnavailableException)
        {
            _refused.Add($"{command.Replace(_id, "…", StringComparison.Ordinal)}: {RedisRefusal.In(e)?.Text ?? RedisConnection.Describe(e)}");
        }
    }
}
