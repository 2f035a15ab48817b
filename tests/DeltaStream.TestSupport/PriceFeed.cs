namespace DeltaStream.TestSupport;

/// <summary>A producer of rising prices and a client that gets them: each once, in order, the newest always.</summary>
public sealed class PriceFeed : IAsyncDisposable
{
    private readonly NodeProcess _node;
    private readonly TestClient _client;
    private readonly string _product;
    private RedisServer _redis;
    private int _price;

    private PriceFeed(NodeProcess node, TestClient client, RedisServer redis, string product) =>
        (_node, _client, _redis, _product) = (node, client, redis, product);

    /// <summary>The newest message.</summary>
    public string NewestJson => $$"""{"product":"{{_product}}","price":{{_price}},"timestamp":"2026-11-24T09:15:00"}""";

    /// <summary>The prices that the client has got.</summary>
    public IReadOnlyList<int> Prices =>
        [.. _client.Of("underlying_update").Where(update => update.Data.GetProperty("product").GetString() == _product).Select(update => update.Data.GetProperty("price").GetInt32())];

    /// <summary>Waits for a healthy node, connects a client and brings it a first price.</summary>
    public static async Task<PriceFeed> OnAsync(NodeProcess node, RedisServer redis, string product = "NIFTY")
    {
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy", TimeSpan.FromSeconds(30));
        var feed = new PriceFeed(node, await TestClient.ConnectAsync(node), redis, product);
        await feed.PublishAsync();
        await feed.ArrivesAsync();
        return feed;
    }

    /// <summary>Publishes the next price.</summary>
    public Task PublishAsync()
    {
        _price++;
        return _redis.ExecuteAsync("PUBLISH", "enriched:underlying", NewestJson);
    }

    /// <summary>Waits for the newest price; none has come twice, or after a later one.</summary>
    public async Task ArrivesAsync(TimeSpan? within = null)
    {
        await Eventually.True(() => Prices.LastOrDefault() == _price, $"price {_price} comes, not {string.Join(',', Prices)}", within);
        if (!Prices.SequenceEqual(Prices.Distinct().Order())) throw new InvalidOperationException("prices come as " + string.Join(',', Prices));
    }

    /// <summary>The producer moves to another Redis at once and goes on; the node has the feed there within a time.</summary>
    public async Task MovesToAsync(RedisServer redis, TimeSpan within)
    {
        _redis = redis;
        var reached = _price;
        await Eventually.True(async () =>
        {
            await PublishAsync();
            return Prices.Last() > reached && await _node.HealthAsync("feed") == "live";
        }, "the feed is back", within);
        await PublishAsync();
        await ArrivesAsync();
    }

    public async ValueTask DisposeAsync() => await _client.DisposeAsync();
}
