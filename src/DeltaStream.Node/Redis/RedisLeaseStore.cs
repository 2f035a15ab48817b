using System.Globalization;
using System.Runtime.CompilerServices;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// A lease as two keys: the holder, which expires, and the highest epoch granted, which stays. Each step is one script, so it is
/// atomic. Every key is declared, and both lie in one slot, so that Redis Cluster and Garnet accept the scripts.
/// </summary>
internal sealed class RedisLeaseStore(RedisConnection connection, string leaseKey, string epochKey) : ILeaseStore
{
    // Epochs stay far below 2^53, so Lua's doubles are exact. The format is %.0f because tostring would write 1.7e+12.
    private const string Acquire = """
        local left = redis.call('PTTL', KEYS[1])
        if left == -1 then return redis.error_reply('GARBAGE ' .. KEYS[1] .. ' has no expiry, so no gateway has written it') end
        if left >= 0 then return {left} end
        local time = redis.call('TIME')
        local before = redis.call('GET', KEYS[2]) or '0'
        if not tonumber(before) then return redis.error_reply('GARBAGE ' .. KEYS[2] .. ' is not a number') end
        local epoch = math.max(tonumber(before), tonumber(ARGV[3]),
            tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)) + 1
        local text = string.format('%.0f', epoch)
        redis.call('SET', KEYS[2], text)
        redis.call('SET', KEYS[1], ARGV[1] .. ':' .. text, 'PX', ARGV[2])
        return {text, before}
        """;

    // A refused write is an answer here, because the script alone can say in the same step that nobody else was granted the lease.
    private const string Renew = """
        local holder = redis.call('GET', KEYS[1])
        local wrote
        if holder == ARGV[1] then
            wrote = redis.pcall('PEXPIRE', KEYS[1], ARGV[2])
        elseif holder or redis.call('GET', KEYS[2]) ~= ARGV[3] then
            return {0}
        else
            wrote = redis.pcall('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        end
        if type(wrote) == 'table' and wrote.err then return {2, redis.call('PTTL', KEYS[1]), wrote.err} end
        return {1}
        """;

    private const string Release = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        return 1
        """;

    public async ValueTask<LeaseAnswer> TryAcquireAsync(string owner, TimeSpan ttl, long epochFloor, CancellationToken cancellation)
    {
        var answer = (RedisResult[]?)await RunAsync(Acquire, [leaseKey, epochKey], [owner, Milliseconds(ttl), epochFloor], cancellation);
        return answer switch
        {
            [var epoch, var before] => new LeaseAnswer(new LeaseGrant((long)epoch, (long)before), TimeSpan.Zero),

            // Redis counts whole milliseconds, and the last of them still belongs to the holder.
            [var freeIn] => new LeaseAnswer(null, TimeSpan.FromMilliseconds((long)freeIn + 1)),
            _ => throw new FeedUnavailableException("Redis gave no answer about the lease"),
        };
    }

    public async ValueTask<LeaseRenewal> RenewAsync(string owner, long epoch, TimeSpan ttl, CancellationToken cancellation)
    {
        var expiresIn = TimeSpan.Zero;
        try
        {
            return await connection.RunAsync(async db =>
            {
                var answer = (RedisResult[])(await db.ScriptEvaluateAsync(
                    Renew, [leaseKey, epochKey], [Holder(owner, epoch), Milliseconds(ttl), epoch], CommandFlags.NoScriptCache))!;
                if (answer.Length < 3) return new LeaseRenewal((long)answer[0] == 1 ? LeaseRenewalResult.Renewed : LeaseRenewalResult.Lost);
                expiresIn = TimeSpan.FromMilliseconds(Math.Max(0, (long)answer[1]));
                throw new ScriptRefusedException((string?)answer[2] ?? "");
            }, cancellation);
        }
        catch (FeedUnavailableException e) when (e.InnerException is ScriptRefusedException refused && RedisRefusal.Of(refused.Message).Cause.StopsWritesOnly)
        {
            return new LeaseRenewal(LeaseRenewalResult.Refused, expiresIn);
        }
    }

    public async ValueTask ReleaseAsync(string owner, long epoch, CancellationToken cancellation) =>
        await RunAsync(Release, [leaseKey], [Holder(owner, epoch)], cancellation);

    // A script that finds nothing to do writes nothing, so its success shows nothing about other commands.
    private ValueTask<RedisResult> RunAsync(
        string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellation, [CallerMemberName] string name = "") =>
        connection.RunAsync(db => db.ScriptEvaluateAsync(script, keys, values, CommandFlags.NoScriptCache), cancellation, RedisProof.Reads, name);

    private static string Holder(string owner, long epoch) => string.Create(CultureInfo.InvariantCulture, $"{owner}:{epoch}");

    private static long Milliseconds(TimeSpan ttl) => (long)ttl.TotalMilliseconds;
}
