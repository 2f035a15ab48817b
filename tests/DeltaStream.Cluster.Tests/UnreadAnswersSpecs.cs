using System.Collections.Concurrent;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// On each of three nodes a client that asks and asks and reads no answer. Nothing but the answers that wait for it can end
/// it: it need not answer a ping, and may take an hour over a write.
/// </summary>
public sealed class UnreadAnswersSpecs : IAsyncLifetime
{
    private const string Product = "READ";

    // One list of them may wait for a client, two are longer than what may: 64 KiB.
    private const int Products = 2_500;

    // All of them are read before the first answer finds that the client takes nothing any more.
    private const int RequestsAtATime = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _violations = new();
    private TestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync(("BRIDGE_MAX_RATE", "0"),
            ("deltastream__clients__stuck-write-timeout", "60m"), ("deltastream__transports__ping-interval", "60m"));
        await _cluster.ActiveAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_client_that_asks_and_does_not_read_is_closed_and_readers_get_every_update()
    {
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        var readers = await Task.WhenAll(_cluster.Nodes.Select(TestClient.ConnectAsync));
        var stuck = await Task.WhenAll(_cluster.Nodes.Select(node => SoakClient.ConnectAsync(node, _violations)));
        for (var i = 0; i < Products; i++) await producer.NextAsync(Name(i));
        await Eventually.True(() => readers.All(client => client.NewestOf(Name(Products - 1)) == 1), "each node knows the products", Patience);

        foreach (var client in stuck) client.Pause();
        await Eventually.True(async () =>
        {
            foreach (var client in stuck)
                await Task.WhenAll(Enumerable.Range(0, RequestsAtATime).Select(_ => client.EmitAsync("get_products")));
            var price = await producer.NextAsync(Product);
            await Eventually.True(() => readers.All(client => client.NewestOf(Product) == price), "who reads is not held up");
            var closed = await Task.WhenAll(_cluster.Nodes.Select(node => node.MetricAsync("deltastream_closes_total", "reason=\"slow_consumer\"")));
            return closed.All(count => count == 1);
        }, "each node has closed the client that does not read its answers", Patience);

        foreach (var client in stuck) client.Resume();
        await Eventually.True(() => stuck.All(client => client.IsClosed), "they find themselves closed");
        var last = await producer.NextAsync(Product);
        await Eventually.True(() => readers.All(client => client.NewestOf(Product) == last), "who reads goes on");
        Assert.All(readers, client => Assert.Equal(Enumerable.Range(1, last), client.PricesOf(Product)));
        Assert.All(readers, client => Assert.False(client.IsClosed));
        foreach (var client in readers) await client.DisposeAsync();
        foreach (var client in stuck) await client.DisposeAsync();
    }

    private static string Name(int product) => $"{product:00000}".PadLeft(32, 'P');
}
