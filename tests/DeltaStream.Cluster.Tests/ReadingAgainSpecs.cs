using System.Collections.Concurrent;

namespace DeltaStream.Cluster.Tests;

/// <summary>A client that did not read for a while, on each of three nodes: what waited for it is the newest of each key and nothing else.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class ReadingAgainSpecs(SharedCluster shared)
{
    private const string Product = "PAUSED";
    private const int AtATime = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestCluster _cluster = shared.Cluster;
    private readonly ConcurrentQueue<string> _violations = new();

    [Fact]
    public async Task A_client_that_resumes_reading_gets_the_newest_update_of_each_key_only()
    {
        await using var redis = await RespConnection.OpenAsync(_cluster.Redis.Port);
        var (readers, paused) = (await SoakClient.JoinAsync(_cluster, Product, _violations), await SoakClient.JoinAsync(_cluster, Product, _violations));
        var before = await ConflatedAsync();
        foreach (var client in paused) client.Pause();
        var last = 0;
        await Eventually.True(async () =>
        {
            await PublishAsync();
            // Who reads is behind nobody: when its connection has been full, the one of who does not read is.
            return (await ConflatedAsync()).Zip(before).All(node => node.First >= node.Second + (2 * AtATime));
        }, "updates are superseded on each node", Patience);
        await PublishAsync();
        await Eventually.True(() => readers.All(client => !client.Missing([Product], last).Any()), "the last values are on each node", Patience);

        foreach (var client in paused) client.Resume();
        await Eventually.True(() => paused.All(client => !client.Missing([Product], last).Any()), "the last values come", Patience);
        Assert.All(paused, client => Assert.InRange(client.Received("chain_update", Product), 1, last - AtATime));
        Assert.Empty(_violations);
        foreach (var client in readers.Concat(paused)) await client.DisposeAsync();

        async Task PublishAsync()
        {
            for (var i = 0; i < AtATime; i++) await Producer.LargeAsync(redis, Product, ++last);
        }
    }

    private async Task<double[]> ConflatedAsync() => await Task.WhenAll(_cluster.Nodes.Select(node => node.MetricAsync("deltastream_conflated_total")));
}
