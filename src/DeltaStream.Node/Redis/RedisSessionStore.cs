using System.Runtime.CompilerServices;
using DeltaStream.Actors.Sessions;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Sessions as strings <c>holder:state:text</c> with a time to live. Each step is one script, so a session is claimed only once and
/// a node can't overwrite another node's session. In a Redis Cluster a batch is one script for each slot.
/// </summary>
internal sealed class RedisSessionStore(RedisConnection connection) : ISessionStore
{
    private const string Write = """
        local results = {}
        for i = 1, #KEYS do
            local holder, state, text = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
            local stored = redis.call('GET', KEYS[i])
            local owner = stored and string.match(stored, '^([^:]*):')
            if owner and owner ~= holder then
                results[i] = '2'
            elseif state == 'g' then
                redis.call('DEL', KEYS[i])
                results[i] = '1'
            elseif text ~= '' then
                redis.call('SET', KEYS[i], holder .. ':' .. state .. ':' .. text, 'PX', ARGV[1])
                results[i] = '1'
            elseif stored then
                redis.call('PEXPIRE', KEYS[i], ARGV[1])
                results[i] = '1'
            else
                results[i] = '0'
            end
        end
        return table.concat(results)
        """;

    private const string Claim = """
        local stored = redis.call('GET', KEYS[1])
        if not stored then return '' end
        local holder, state, text = string.match(stored, '^([^:]*):(%l):(.*)$')
        if not holder then return '' end
        if state == 'c' and holder ~= ARGV[2] then return 'h' .. holder end
        redis.call('SET', KEYS[1], ARGV[1] .. ':c:' .. text, 'PX', ARGV[3])
        return 't' .. text
        """;

    public async ValueTask<IReadOnlyList<SessionWriteResult>> WriteAsync(IReadOnlyList<SessionWrite> writes, TimeSpan life, CancellationToken cancellation)
    {
        var results = new SessionWriteResult[writes.Count];
        await connection.RunAsync(async db =>
        {
            var calls = db.BySlot(Enumerable.Range(0, writes.Count), i => RedisKeys.Session(writes[i].Key), writes.Count);
            await Task.WhenAll(calls.Select(call => WriteAsync(db, writes, call, life, results)));
            return true;
        }, cancellation);
        return results;
    }

    private static async Task WriteAsync(IDatabase db, IReadOnlyList<SessionWrite> writes, int[] call, TimeSpan life, SessionWriteResult[] results)
    {
        var keys = new RedisKey[call.Length];
        var values = new RedisValue[1 + (3 * call.Length)];
        values[0] = Milliseconds(life);
        for (var i = 0; i < call.Length; i++)
        {
            var write = writes[call[i]];
            keys[i] = RedisKeys.Session(write.Key);
            (values[1 + (3 * i)], values[2 + (3 * i)], values[3 + (3 * i)]) = (write.Holder, Letter(write.State), write.Text ?? "");
        }

        var digits = (string?)await db.ScriptEvaluateAsync(Write, keys, values, CommandFlags.NoScriptCache) ?? "";
        foreach (var (index, digit) in call.Zip(digits)) results[index] = (SessionWriteResult)(digit - '0');
    }

    public async ValueTask<SessionClaim> ClaimAsync(string key, string holder, string? gone, TimeSpan life, CancellationToken cancellation)
    {
        var answer = (string?)await RunAsync(Claim, [RedisKeys.Session(key)], [holder, gone ?? "", Milliseconds(life)], cancellation);
        if (string.IsNullOrEmpty(answer)) return default;
        return answer[0] == 't' ? new(answer[1..], null) : new(null, answer[1..]);
    }

    private ValueTask<RedisResult> RunAsync(
        string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellation, [CallerMemberName] string name = "") =>
        connection.RunAsync(db => db.ScriptEvaluateAsync(script, keys, values, CommandFlags.NoScriptCache), cancellation, RedisProof.Reads, name + "Session");

    private static string Letter(SessionState state) => state switch
    {
        SessionState.Open => "o",
        SessionState.Claimed => "c",
        SessionState.Lost => "l",
        _ => "g",
    };

    private static long Milliseconds(TimeSpan life) => (long)life.TotalMilliseconds;
}
