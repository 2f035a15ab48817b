using System.Diagnostics;
using Xunit.Abstractions;

namespace DeltaStream.Cluster.Tests;

/// <summary>How long the feed is away when the node with the active bridge is lost, again and again.</summary>
[Trait("Category", "Full")]
public sealed class ManyKillsSpecs(ITestOutputHelper output)
{
    private const int Rounds = 20;
    private const string Product = "NIFTY";

    [Fact]
    public async Task Clients_of_other_nodes_have_updates_again_within_2_s_of_each_of_20_kills()
    {
        var gaps = await LoseAsync(Rounds, async node => await node.KillAsync());
        Assert.True(gaps.Max() < 2_000, $"worst {gaps.Max():0} ms");
    }

    [Fact]
    public async Task A_node_that_is_asked_to_stop_costs_the_feed_under_300_ms()
    {
        var gaps = await LoseAsync(5, async node =>
        {
            node.Terminate();
            Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(11)));
        });
        Assert.True(gaps.Max() < 300, $"worst {gaps.Max():0} ms");
    }

    private async Task<List<double>> LoseAsync(int rounds, Func<NodeProcess, Task> lose)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var producer = await Producer.OpenAsync(cluster.Redis);
        using var stop = new CancellationTokenSource();
        var producing = producer.RunAsync(TimeSpan.FromMilliseconds(100), stop.Token, Product);
        var gaps = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var active = await cluster.ActiveAsync();
            var clients = await Task.WhenAll(cluster.Nodes.Where(node => node != active).Select(TestClient.ConnectAsync));
            await Eventually.True(() => clients.All(client => client.PricesOf(Product).Length > 10), "updates flow");

            var since = Stopwatch.GetTimestamp();
            await lose(active);
            var lost = producer.Last[Product];
            await Eventually.True(() => clients.All(client => client.NewestOf(Product) > lost + 10), "updates flow again", TimeSpan.FromSeconds(30));
            gaps.Add(clients.Max(client => LongestGap(client, since)));
            foreach (var client in clients)
            {
                client.AssertNoneTwiceNoneOlder(Product);
                AssertFirstIsNewest(client, producer);
                await client.DisposeAsync();
            }

            await cluster.RestartAsync(active);
            await cluster.WholeAsync();
        }

        await stop.CancelAsync();
        await producing;
        gaps.Sort();
        output.WriteLine($"{rounds} times, gap in ms: median {gaps[rounds / 2]:0}, worst {gaps[^1]:0}");
        return gaps;
    }

    /// <summary>The first value after the gap: none that was published half a second before it came may be newer.</summary>
    private static void AssertFirstIsNewest(TestClient client, Producer producer)
    {
        var events = client.Of("underlying_update");
        var first = events.Zip(events.Skip(1)).MaxBy(pair => pair.Second.At - pair.First.At).Second;
        var price = first.Data.GetProperty("price").GetInt32();
        if (producer.PublishedAt(Product, price + 1) is { } next)
            Assert.True(Stopwatch.GetElapsedTime(next, first.At) < TimeSpan.FromMilliseconds(500), $"{price} came first, and the next was there already");
    }

    /// <summary>The longest time between two updates of which the second came after the loss, in milliseconds.</summary>
    private static double LongestGap(TestClient client, long since)
    {
        var times = client.Of("underlying_update").Select(e => e.At).ToArray();
        return times.Zip(times.Skip(1)).Where(pair => pair.Second > since)
            .Max(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second).TotalMilliseconds);
    }
}
