using System.Text.Json;

namespace DeltaStream.Cluster.Tests;

/// <summary>What the log says of members: each event names the node that it is about.</summary>
public sealed class MemberEventSpecs
{
    [Fact]
    public async Task A_member_that_is_killed_is_named_unreachable_and_removed_and_one_that_leaves_is_named_removed()
    {
        await using var cluster = await TestCluster.StartAsync(("LOG_LEVEL", "information"));
        var (survivor, killed) = (cluster.Nodes[0], cluster.Nodes[2]);
        await Eventually.True(() => cluster.Nodes.All(member => Said(survivor, "cluster_member_up").Contains(member.Address)), "each member is named when it is up");

        await killed.KillAsync();
        await Eventually.True(() => Said(survivor, "cluster_member_removed").Contains(killed.Address), "the member is removed", TimeSpan.FromSeconds(60));
        Assert.Equal([killed.Address], Said(survivor, "cluster_member_unreachable").Distinct());
        Assert.Equal(2, await survivor.MetricAsync("deltastream_cluster_members", "state=\"up\""));

        cluster.Nodes[1].Terminate();
        await Eventually.True(() => Said(survivor, "cluster_member_removed").Contains(cluster.Nodes[1].Address), "the member that left is removed", TimeSpan.FromSeconds(60));
    }

    private static IReadOnlyList<string> Said(NodeProcess node, string name) =>
        [.. node.Lines.Where(line => line.StartsWith('{') && line.Contains($"\"{name}\"", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("member").GetString()!)];
}
