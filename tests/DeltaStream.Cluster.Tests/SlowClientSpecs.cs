using System.Collections.Concurrent;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// What comes faster than the throttle, and than some clients read, on three nodes: superseded values are skipped, the last
/// one never is, and who reads is not held up by who does not.
/// </summary>
public sealed class SlowClientSpecs : IAsyncLifetime
{
    private const string Product = "NIFTY";
    private const int Chains = 150;
    private static readonly string Padding = new('x', 60_000);

    private readonly string _conf = Path.Combine(Path.GetTempPath(), $"slow-{Guid.NewGuid():N}.conf");
    private readonly ConcurrentQueue<string> _violations = new();
    private TestCluster _cluster = null!;
    private RespConnection _redis = null!;

    public async Task InitializeAsync()
    {
        var quick = Path.Combine(Repository.Root, "hocon", "test.conf");
        await File.WriteAllTextAsync(_conf, await File.ReadAllTextAsync(quick) + "\ndeltastream.clients.stuck-write-timeout = 3s\n");
        _cluster = await TestCluster.StartAsync(("HOCON_FILE", _conf));
        await _cluster.ActiveAsync();
        _redis = await RespConnection.OpenAsync(_cluster.Redis.Port);
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _cluster.DisposeAsync();
        File.Delete(_conf);
    }

    [Fact]
    public async Task On_every_node_the_last_value_comes_and_who_reads_is_not_held_up()
    {
        var readers = await JoinAsync();
        var stuck = await JoinAsync();
        foreach (var client in stuck) client.Pause();

        // As fast as Redis takes them: far beyond the throttle of 50 a second.
        for (var i = 1; i <= Chains; i++) await PublishAsync(i);

        await Eventually.True(() => readers.All(client => !client.Missing([Product], Chains).Any()), "the readers have the last value");
        Assert.All(readers, client => Assert.InRange(client.Received("chain_update", Product), 1, Chains - 1));

        // A client that stays stuck is closed, and says so where operators look. What its connection still takes ends it sooner or later.
        var last = Chains;
        await Eventually.True(async () =>
        {
            await PublishAsync(++last);
            var closed = await Task.WhenAll(_cluster.Nodes.Select(async node =>
                SlowConsumers(await node.GetAsync("/metrics"))));
            return closed.All(count => count == 1);
        }, "each node has closed its stuck client", TimeSpan.FromSeconds(60));
        await Eventually.True(() => readers.All(client => !client.Missing([Product], last).Any()), "the readers go on");
        Assert.All(readers, client => Assert.False(client.IsClosed));
        foreach (var client in stuck) client.Resume();
        await Eventually.True(() => stuck.All(client => client.IsClosed), "the stuck clients find themselves closed");
        Assert.Empty(_violations);
        foreach (var client in readers.Concat(stuck)) await client.DisposeAsync();
    }

    private async Task<SoakClient[]> JoinAsync()
    {
        var clients = await Task.WhenAll(_cluster.Nodes.Select(node => SoakClient.ConnectAsync(node, _violations)));
        foreach (var client in clients) await client.EmitAsync("subscribe", "chain", Product);
        await Eventually.True(() => clients.All(client => client.IsIn($"chain:{Product}")), "each is in the room");
        return clients;
    }

    private async Task PublishAsync(int price)
    {
        var timestamp = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffff");
        await _redis.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"{{Product}}","price":{{price}},"timestamp":"{{timestamp}}"}""");
        await _redis.ExecuteAsync("PUBLISH", "enriched:option_chain",
            $$"""{"product":"{{Product}}","spot_price":{{price}},"expiry":"2026-11-26","pcr_oi":1.0,"max_pain_strike":100,"timestamp":"{{timestamp}}","calls":[],"puts":[],"pad":"{{Padding}}"}""");
    }

    private static double SlowConsumers(string metrics) => metrics.Split('\n')
        .Where(line => line.StartsWith("deltastream_closes_total{", StringComparison.Ordinal) && line.Contains("reason=\"slow_consumer\""))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}
