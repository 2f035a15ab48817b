namespace DeltaStream.Cluster.Tests;

/// <summary>Who has got hold of somebody else's session id, and takes the session to another node with it.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class MovedAddressSpecs(SharedCluster shared)
{
    private const string Moved = "deltastream_sessions_moved_address_total";

    [Fact]
    public async Task A_session_that_moves_to_another_node_and_address_is_counted_and_logged()
    {
        var (owner, other) = (shared.Cluster.Nodes[0], shared.Cluster.Nodes[1]);
        using var http = new HttpClient { BaseAddress = owner.Url };
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");
        var sid = (await http.GetStringAsync("/socket.io/?EIO=4&transport=polling")).Split('"')[3];
        var path = $"/socket.io/?EIO=4&transport=websocket&sid={sid}";

        await using (await TestClient.OpenAsync(other, path, ("X-Forwarded-For", "203.0.113.1")))
            Assert.Contains($"{Moved} 0", await owner.GetAsync("/metrics"));
        await using var thief = await TestClient.OpenAsync(other, path, ("X-Forwarded-For", "203.0.113.2"));
        Assert.Contains($"{Moved} 1", await owner.GetAsync("/metrics"));
        await Eventually.True(() => owner.Lines.Any(line => line.Contains("\"session_used_from_another_address\"", StringComparison.Ordinal)
            && line.Contains("203.0.113.2", StringComparison.Ordinal)), "it is logged");
    }
}
