using System.Collections.Concurrent;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// What comes faster than the throttle, and than some clients read, on three nodes: superseded values are skipped, the last
/// one never is, and who reads is not held up by who does not.
/// </summary>
public sealed class SlowClientSpecs : IAsyncLifetime
{
    private const string Product = "NIFTY";
    private const int Chains = 150;

    private readonly HoconFile _hocon = HoconFile.Beside("deltastream.clients.stuck-write-timeout = 3s");
    private readonly ConcurrentQueue<string> _violations = new();
    private TestCluster _cluster = null!;
    private RespConnection _redis = null!;

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync(_hocon.Variable);
        await _cluster.ActiveAsync();
        _redis = await RespConnection.OpenAsync(_cluster.Redis.Port);
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _cluster.DisposeAsync();
        _hocon.Dispose();
    }

    [Fact]
    public async Task The_last_value_reaches_every_node_and_readers_are_not_delayed()
    {
        var readers = await SoakClient.JoinAsync(_cluster, Product, _violations);
        var stuck = await SoakClient.JoinAsync(_cluster, Product, _violations);
        foreach (var client in stuck) client.Pause();

        // As fast as Redis takes them: far beyond the throttle of 50 a second.
        for (var i = 1; i <= Chains; i++) await Producer.LargeAsync(_redis, Product, i);

        await Eventually.True(() => readers.All(client => !client.Missing([Product], Chains).Any()), "the readers have the last value");
        Assert.All(readers, client => Assert.InRange(client.Received("chain_update", Product), 1, Chains - 1));

        // A client that stays stuck is closed, and says so where operators look. What its connection still takes ends it sooner or later.
        var last = Chains;
        await Eventually.True(async () =>
        {
            await Producer.LargeAsync(_redis, Product, ++last);
            var closed = await Task.WhenAll(_cluster.Nodes.Select(node => node.MetricAsync("deltastream_closes_total", "reason=\"slow_consumer\"")));
            return closed.All(count => count == 1);
        }, "each node has closed its stuck client", TimeSpan.FromSeconds(60));
        await Eventually.True(() => readers.All(client => !client.Missing([Product], last).Any()), "the readers go on");
        Assert.All(readers, client => Assert.False(client.IsClosed));
        foreach (var client in stuck) client.Resume();
        await Eventually.True(() => stuck.All(client => client.IsClosed), "the stuck clients find themselves closed");
        Assert.Empty(_violations);
        foreach (var client in readers.Concat(stuck)) await client.DisposeAsync();
    }
}
