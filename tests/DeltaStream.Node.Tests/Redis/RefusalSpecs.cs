using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>A real redis-server says no to a real node, and says yes again.</summary>
public sealed class RefusalSpecs
{
    private static readonly string[] NoRight = ["ACL", "SETUSER", "default", "-zadd"];
    private static readonly string[] Right = ["ACL", "SETUSER", "default", "+zadd"];

    public static TheoryData<string, string, string, string[][], string[][]> Cases => new()
    {
        { "NOREPLICAS", "redis_refuses", "NOREPLICAS Not enough good replicas to write", [["CONFIG", "SET", "min-replicas-to-write", "1"]], [["CONFIG", "SET", "min-replicas-to-write", "0"]] },
        { "OOM", "redis_refuses", "OOM command not allowed", [["CONFIG", "SET", "maxmemory", "1"]], [["CONFIG", "SET", "maxmemory", "0"]] },
        { "NOPERM", "redis_no_permission", "NOPERM", [NoRight], [Right] },
        { "WRONGTYPE", "redis_refuses", "WRONGTYPE Operation against a key", [["DEL", "deltastream:members"], ["LPUSH", "deltastream:members", "x"]], [["DEL", "deltastream:members"]] },
        { "GARBAGE", "redis_refuses", "GARBAGE deltastream:bridge:lease", [["SET", "deltastream:bridge:lease", "x"]], [["DEL", "deltastream:bridge:lease"]] },
        { "GARBAGE", "redis_refuses", "GARBAGE deltastream:epoch:{deltastream:bridge:lease}", [["SET", "deltastream:epoch:{deltastream:bridge:lease}", "x"], ["DEL", "deltastream:bridge:lease"]], [["DEL", "deltastream:epoch:{deltastream:bridge:lease}"]] },
        { "READONLY", "redis_read_only", "READONLY", [["REPLICAOF", "127.0.0.1", "1"]], [["REPLICAOF", "NO", "ONE"]] },
        { "MAXCLIENTS", "redis_refuses", "ERR max number of clients reached", [["CONFIG", "SET", "maxclients", "1"], ["CLIENT", "KILL", "SKIPME", "yes"]], [["CONFIG", "SET", "maxclients", "100"]] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_refusal_of_Redis_is_a_problem_with_its_own_text_one_log_line_and_a_count_until_it_is_over(
        string word, string problem, string text, string[][] begin, string[][] end)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("DEMO_FEED", "off")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy");
        Assert.Contains($"deltastream_redis_refusals_total{{word=\"{word}\"}} 0", await node.GetAsync("/metrics"));

        // This connection exists already when there are too many clients.
        await using var connection = await RespConnection.OpenAsync(redis.Port);
        foreach (var command in begin) await connection.ExecuteAsync(command);
        await Eventually.True(async () => (await node.HealthAsync("problems")).Contains($"\"{problem}\"", StringComparison.Ordinal), "it is a problem");
        Assert.Equal("degraded", await node.HealthAsync("status"));
        await Eventually.True(async () => (await node.HealthAsync("problem_details")).Contains(text, StringComparison.Ordinal), "the problem has Redis's text");
        Assert.True(Metrics.Sum(await node.GetAsync("/metrics"), "deltastream_redis_refusals_total", $"word=\"{word}\"") > 0);

        foreach (var command in end) await connection.ExecuteAsync(command);
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy again", TimeSpan.FromSeconds(30));
        await Eventually.True(() => Said(node, "redis_accepts", word) == 1, "the end is logged");
        Assert.Equal(1, Said(node, problem, word));
    }

    private static int Said(NodeProcess node, string name, string word) => node.Lines.Count(line =>
        line.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal) && line.Contains($"\"word\":\"{word}\"", StringComparison.Ordinal));
}
