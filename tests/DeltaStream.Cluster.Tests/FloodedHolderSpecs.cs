using System.Collections.Concurrent;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// The holder is paused in the middle of a flood. When it wakes, what has piled up comes in before its timers and before the
/// word of its successor: by its own clock alone it knows that its right is over.
/// </summary>
[Trait("Category", "Full")]
public sealed class FloodedHolderSpecs
{
    private const int Rounds = 5;
    private static readonly string[] Products = [.. Enumerable.Range(0, 40).Select(i => $"P{i}")];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_holder_that_wakes_into_a_flood_repeats_no_update_of_its_successor()
    {
        await using var cluster = await TestCluster.StartAsync(("BRIDGE_MAX_RATE", "0"));
        var violations = new ConcurrentQueue<string>();
        var clients = await Task.WhenAll(cluster.Nodes.Select(node => SoakClient.ConnectAsync(node, violations)));
        await using var producer = new SteadyProducer(cluster.Redis, TimeSpan.FromMilliseconds(10), Products);
        for (var round = 0; round < Rounds; round++)
        {
            var holder = await cluster.ActiveAsync();
            var others = clients.Where((_, i) => cluster.Nodes[i] != holder).ToArray();
            holder.Pause();
            // Its successor's updates flow, and pile up before the paused one with those of Redis.
            var before = Counts(others);
            await Eventually.True(() => Counts(others).Zip(before).All(pair => pair.First > pair.Second + 50), "the others have the feed again", Patience);
            holder.Resume();
            before = Counts(clients);
            await Eventually.True(() => Counts(clients).Zip(before).All(pair => pair.First > pair.Second + 20), "all have it", Patience);
            await cluster.WholeAsync();
        }

        Assert.True(violations.IsEmpty, string.Join("\n", violations));
        foreach (var client in clients) await client.DisposeAsync();
    }

    private static int[] Counts(IEnumerable<SoakClient> clients) => [.. clients.Select(client => client.Received("underlying_update", Products[0]))];
}
