using System.Net;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// A holder that hears the feed and nothing else: no word of its peers, and no answer of Redis, not even that there is none.
/// Only its own clock can tell it that its right is over.
/// </summary>
[Trait("Category", "Full")]
public sealed class OwnClockSpecs : IDisposable
{
    private const string Product = "CLOCK";
    private const int Marked = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Nothing but the clock ends the holder's term, and nobody gives anybody up, for as long as this lasts.
    private static readonly (string Name, string? Value)[] Patient =
        [("BRIDGE_MAX_RATE", "0"), ("deltastream__bridge__reach-timeout", "60s"), ("deltastream__redis__command-timeout", "30s")];

    private readonly HoconFile _hocon = HoconFile.Of("akka.cluster { failure-detector.acceptable-heartbeat-pause = 60s, split-brain-resolver.stable-after = 60s }");

    public void Dispose() => _hocon.Dispose();

    [Fact]
    public async Task An_uninformed_holder_publishes_nothing_after_its_successor_has_begun()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var commands = new HoldProxy(new(IPAddress.Loopback, 0), redis.Port, "deltastream");
        var port = FreePort.Next();
        await using var holder = Start($"redis://127.0.0.1:{commands.Port}",
            ("CLUSTER_HOSTNAME", "127.0.0.2"), ("deltastream__cluster__bind-hostname", "127.0.0.1"), ("CLUSTER_PORT", $"{port}"));
        await holder.ReadyAsync(Patience);
        await Eventually.True(async () => await holder.HealthAsync("bridge") == "active", "the first bridge is active", Patience);
        // The others connect to the holder, at an address that is the proxy's; what it says to them goes the same way back. A node
        // starts only where nobody has its port at any address, so the proxy comes second.
        await using var peers = new HoldProxy(new(IPAddress.Parse("127.0.0.2"), port), port);
        await using var second = Start(redis.Url, ("CLUSTER_SEEDS", $"127.0.0.2:{port}"));
        await using var third = Start(redis.Url, ("CLUSTER_SEEDS", $"127.0.0.2:{port}"));
        NodeProcess[] nodes = [holder, second, third];
        await nodes.WholeAsync(Patience);
        Assert.True(commands.Holdable > 0 && peers.Holdable > 0, "what the holder hears and says goes through the proxies");

        await using var producer = await Producer.OpenAsync(redis);
        var clients = await Task.WhenAll(nodes.Select(TestClient.ConnectAsync));
        await Eventually.True(async () =>
        {
            await producer.NextAsync(Product);
            return clients.All(client => client.NewestOf(Product) > 0);
        }, "updates flow", Patience);

        peers.Hold();
        commands.Hold();
        // From here on the others hear a successor, or nobody.
        var cut = producer.Last[Product];
        var others = clients[1..];
        await Eventually.True(async () =>
        {
            await producer.NextAsync(Product);
            return others.All(client => client.NewestOf(Product) > cut);
        }, "a successor publishes", Patience);
        var begun = producer.Last[Product];
        var before = await holder.MetricAsync("deltastream_messages_in_total");
        for (var i = 0; i < Marked; i++)
        {
            var price = await producer.NextAsync(Product);
            await Eventually.True(() => others.All(client => client.NewestOf(Product) == price), "the successor goes on");
        }

        await Eventually.True(async () => await holder.MetricAsync("deltastream_messages_in_total") >= before + Marked, "the holder has received what its successor says");
        Assert.DoesNotContain(clients[0].PricesOf(Product), price => price > begun);
        Assert.Equal(1, await holder.MetricAsync("deltastream_bridge_lease_lost_total", "reason=\"expired\""));

        peers.LetGo();
        commands.LetGo();
        await nodes.WholeAsync(Patience);
        await Eventually.True(async () =>
        {
            var last = await producer.NextAsync(Product);
            await Eventually.True(() => others.All(client => client.NewestOf(Product) == last), "the others go on");
            return clients[0].NewestOf(Product) > begun + Marked;
        }, "the former holder's client has the feed again", Patience);
        await Eventually.True(() => clients.All(client => client.NewestOf(Product) == producer.Last[Product]), "the last value comes");
        foreach (var client in clients)
        {
            client.AssertNoneTwiceNoneOlder(Product);
            await client.DisposeAsync();
        }
    }

    private NodeProcess Start(string redis, params (string Name, string? Value)[] variables) =>
        NodeProcess.Start([("REDIS_URL", redis), _hocon.Variable, .. Patient, .. variables]);
}
