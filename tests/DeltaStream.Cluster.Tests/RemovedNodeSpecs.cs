using System.Globalization;
using System.Net;
using System.Text.Json;

namespace DeltaStream.Cluster.Tests;

/// <summary>A node that its cluster has let go lets its clients go as one that is asked to stop does.</summary>
public sealed class RemovedNodeSpecs
{
    private const int Clients = 40;
    private const int DrainSeconds = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Clients_of_a_removed_node_are_closed_in_batches_and_none_enters()
    {
        await using var cluster = await TestCluster.StartAsync(("LOG_LEVEL", "information"), ("DRAIN_SECONDS", $"{DrainSeconds}"), ("DRAIN_DELAY_SECONDS", "600"));
        var (gone, other) = (cluster.Nodes[2], cluster.Nodes[0]);
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => TestClient.ConnectAsync(gone)));
        gone.Pause();
        await Eventually.True(async () => await other.HealthAsync("members") == "2", "the paused node is let go", Patience);
        gone.Resume();

        await Eventually.True(() => clients.Any(client => client.IsClosed), $"the clients are closed; the node's log:\n{gone.Log}\n", Patience);
        // Whoever is let in now would be closed again, or would wait for actors that have ended.
        var answers = new List<HttpStatusCode>();
        while (!gone.HasExited)
        {
            Assert.NotEqual(HttpStatusCode.OK, await gone.StatusAsync("/health/ready"));
            if (await gone.StatusAsync("/socket.io/?EIO=4&transport=polling") is { } answer) answers.Add(answer);
        }

        Assert.NotEmpty(answers);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer));
        Assert.Equal(1, await gone.ExitAsync(Patience));
        Assert.All(clients, client => Assert.True(client.IsClosed));
        var ends = Events(gone, "client_disconnected").Order().ToArray();
        // The actors' own end may come before they have said so of the last ones.
        Assert.True(ends.Length > Clients / 2, $"{ends.Length} have ended");
        // Over the drain's time, by the node's own clock; a busy machine only makes it longer.
        Assert.True(ends[^1] - ends[0] > TimeSpan.FromSeconds(DrainSeconds) / 2, $"all were closed within {ends[^1] - ends[0]}");
        Assert.True(Events(gone, "cluster_lost").Single() <= ends[0]);
        foreach (var client in clients) await client.DisposeAsync();
    }

    private static IEnumerable<DateTimeOffset> Events(NodeProcess node, string name) =>
        node.Lines.Where(line => line.StartsWith('{') && line.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("@t").GetString()!)
            .Select(time => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));
}
