namespace DeltaStream.Cluster.Tests;

/// <summary>A producer whose clock went back before nodes were restarted: what comes later is newer, whatever its timestamp says.</summary>
public sealed class ProducerClockSpecs
{
    private const string Product = "NIFTY";
    private const int Count = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public Task After_a_restart_of_the_only_node_every_update_comes_though_timestamps_went_back() => RestartAsync(nodes: 1, restarted: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Category", "Full")]
    public Task After_a_restart_of_the_active_or_of_both_nodes_every_update_comes_though_timestamps_went_back(int restarted) => RestartAsync(nodes: 2, restarted);

    private static async Task RestartAsync(int nodes, int restarted)
    {
        await using var redis = await RedisServer.StartAsync();
        var ports = Enumerable.Range(0, nodes).Select(_ => FreePort.Next()).ToArray();
        var running = new List<NodeProcess>();
        try
        {
            foreach (var port in ports) running.Add(await Start(redis, port, ports).ReadyAsync(Patience));
            await running.WholeAsync(Patience);
            await PublishAsync(redis, price: 1, "2026-11-26T12:00:00");
            await Eventually.True(async () => await redis.ExecuteAsync("EXISTS", $"latest:underlying:{Product}") == "1", "the value is stored");

            var active = await running.ActiveAsync();
            var ended = running.OrderByDescending(node => node == active).Take(restarted).ToArray();
            foreach (var node in ended) await node.KillAsync();
            foreach (var node in ended)
            {
                running[running.IndexOf(node)] = await Start(redis, node.ClusterPort, ports).ReadyAsync(Patience);
                await node.DisposeAsync();
            }

            await running.WholeAsync(Patience);
            var clients = await Task.WhenAll(running.Select(TestClient.ConnectAsync));
            foreach (var client in clients) await client.SubscribeAsync("product", Product);
            for (var number = 1; number <= Count; number++)
            {
                // One at a time: a node conflates what comes faster than it can pass on.
                var price = 100 + number;
                await PublishAsync(redis, price, $"2026-11-26T11:{number % 60:00}:00");
                await Eventually.True(() => clients.All(client => client.NewestOf(Product) == price), $"update {number} comes");
            }

            foreach (var client in clients)
            {
                Assert.Equal(Enumerable.Range(101, Count), client.PricesOf(Product).Where(price => price > 100));
                await client.DisposeAsync();
            }

            foreach (var node in running) Assert.Equal(0, await node.MetricAsync("deltastream_bridge_withheld_total"));
        }
        finally
        {
            foreach (var node in running) await node.DisposeAsync();
        }
    }

    private static Task<string> PublishAsync(RedisServer redis, int price, string timestamp) => redis.ExecuteAsync(
        "PUBLISH", "enriched:underlying", $$"""{"product":"{{Product}}","price":{{price}},"timestamp":"{{timestamp}}"}""");

    private static NodeProcess Start(RedisServer redis, int port, int[] ports) => NodeProcess.Start(
        ("REDIS_URL", redis.Url), ("CLUSTER_PORT", $"{port}"), ("CLUSTER_SEEDS", string.Join(',', ports.Select(it => $"127.0.0.1:{it}"))), ("BRIDGE_MAX_RATE", "0"));
}
