using System.Collections.Concurrent;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// Redis forgets the lease while updates flow faster than they pass between nodes, and its holder is told late: until then two
/// would publish, and the clients of one hear the other's word behind newer ones.
/// </summary>
public sealed class FlushedLeaseSpecs
{
    // Each round is a chance to meet: two publish at once for no longer than a word takes from node to node.
    private const int Rounds = 8;
    private static readonly string[] Products = ["NIFTY", "BANKNIFTY"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_successor_after_a_flush_repeats_no_update_of_its_predecessor()
    {
        await using var redis = await RedisServer.StartAsync();
        // Long enough for two to meet, and short enough to renew in time.
        await using var proxy = new LagProxy(redis.Port, "deltastream", TimeSpan.FromMilliseconds(300));
        await using var holder = await Start(proxy.Url).ReadyAsync();
        await Eventually.True(async () => await holder.HealthAsync("bridge") == "active", "the first bridge is active", Patience);
        await using var second = Start(redis.Url, holder.Address);
        await using var third = Start(redis.Url, holder.Address);
        NodeProcess[] nodes = [holder, second, third];
        foreach (var node in nodes) await node.ReadyAsync(Patience);
        await nodes.WholeAsync(Patience);

        var violations = new ConcurrentQueue<string>();
        var clients = await Task.WhenAll(nodes.Select(node => SoakClient.ConnectAsync(node, violations)));
        await using var producer = new SteadyProducer(redis, TimeSpan.FromMilliseconds(2), Products);
        await FlowsAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await redis.ExecuteAsync("FLUSHALL");
            await FlowsAsync();
        }

        await producer.StopAsync();
        await Eventually.True(() => clients.All(client => !client.Missing(Products, producer.Last(Products[^1])).Any(IsPrice)), "the last value comes", Patience);
        Assert.True(violations.IsEmpty, string.Join("\n", violations.Take(3)));
        foreach (var client in clients) await client.DisposeAsync();

        async Task FlowsAsync()
        {
            var since = clients.Select(client => client.Received("underlying_update", Products[0])).ToArray();
            await Eventually.True(() => clients.Zip(since).All(pair => pair.First.Received("underlying_update", Products[0]) > pair.Second + 300), "updates flow", Patience);
        }
    }

    private static bool IsPrice(string missing) => missing.StartsWith("underlying_update", StringComparison.Ordinal);

    private static NodeProcess Start(string redis, string? seed = null) =>
        NodeProcess.Start([("REDIS_URL", redis), ("BRIDGE_MAX_RATE", "0"), .. seed is null ? [] : new (string, string?)[] { ("CLUSTER_SEEDS", seed) }]);
}
