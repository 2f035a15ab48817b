namespace DeltaStream.Cluster.Tests;

/// <summary>The nodes of one cluster.</summary>
internal static class NodeExtensions
{
    /// <summary>Waits until every node sees all of them, and a live feed.</summary>
    public static async Task WholeAsync(this IReadOnlyCollection<NodeProcess> nodes, TimeSpan within)
    {
        foreach (var node in nodes)
            await Eventually.True(async () => await node.HealthAsync("members") == $"{nodes.Count}" && await node.HealthAsync("feed") == "live",
                $"node {node.Address} sees a whole cluster and a live feed; its log:\n{node.Log}\n", within);
    }

    public static async Task<NodeProcess> ActiveAsync(this IReadOnlyCollection<NodeProcess> nodes)
    {
        NodeProcess[] active = [];
        await Eventually.True(async () =>
        {
            var states = await Task.WhenAll(nodes.Where(node => !node.HasExited).Select(async node => (node, State: await node.HealthAsync("bridge"))));
            active = states.Where(state => state.State == "active").Select(state => state.node).ToArray();
            return active.Length == 1;
        }, "one bridge is active", TimeSpan.FromSeconds(30));
        return active[0];
    }
}
