using DeltaStream.Actors.Clients;
using DeltaStream.Node.Redis;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>Clients are told of simulated prices on every node, whichever one simulates them.</summary>
public sealed class DemoWatchSpecs(RedisServerBackend backend) : IClassFixture<RedisServerBackend>
{
    [Fact]
    public async Task A_node_that_simulates_nothing_knows_that_another_does()
    {
        await using var connection = backend.Connect();
        var status = new NodeStatus(TimeProvider.System);
        using var watch = new DemoWatch(connection, status, offers: false, TimeProvider.System);
        await backend.ExecuteAsync("SET", "deltastream:demo:lease", "another node");
        await watch.StartAsync(default);
        await Eventually.True(() => status.IsSimulated, "another node's market is noticed");
        await backend.ExecuteAsync("DEL", "deltastream:demo:lease");
        await Eventually.True(() => !status.IsSimulated, "its end is noticed");
        await watch.StopAsync(default);
    }

    [Fact]
    public async Task A_node_that_can_simulate_announces_it_from_the_start()
    {
        await using var connection = backend.Connect();
        var status = new NodeStatus(TimeProvider.System);
        using var watch = new DemoWatch(connection, status, offers: true, TimeProvider.System);
        await watch.StartAsync(default);
        Assert.True(status.IsSimulated);
        await watch.StopAsync(default);
    }
}
