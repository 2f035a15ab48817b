using System.Collections.Concurrent;
using System.Diagnostics;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// Publishes prices as the platform does. Each price is the next whole number of its product, so that a client's log shows
/// what came twice, what came late and what is missing.
/// </summary>
public sealed class Producer : IAsyncDisposable
{
    private static readonly string Padding = new('x', 60_000);

    private readonly RespConnection _redis;
    private readonly Dictionary<string, int> _last = [];
    private readonly ConcurrentDictionary<(string Product, int Price), long> _published = new();

    private Producer(RespConnection redis) => _redis = redis;

    public IReadOnlyDictionary<string, int> Last => _last;

    /// <summary>Publishes a price, and a chain of 60 KB with it as its spot price.</summary>
    public static async Task LargeAsync(RespConnection redis, string product, int price)
    {
        var timestamp = $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}";
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"{{product}}","price":{{price}},"timestamp":"{{timestamp}}"}""");
        await redis.ExecuteAsync("PUBLISH", "enriched:option_chain",
            $$"""{"product":"{{product}}","spot_price":{{price}},"expiry":"2026-11-26","pcr_oi":1.0,"max_pain_strike":100,"timestamp":"{{timestamp}}","calls":[],"puts":[],"pad":"{{Padding}}"}""");
    }

    public static async Task<Producer> OpenAsync(RedisServer redis) => new(await RespConnection.OpenAsync(redis.Port));

    public async Task<int> NextAsync(string product)
    {
        var price = _last[product] = _last.GetValueOrDefault(product) + 1;
        var json = $$"""{"product":"{{product}}","price":{{price}},"timestamp":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}}"}""";
        await _redis.ExecuteAsync("PUBLISH", "enriched:underlying", json);
        _published[(product, price)] = Stopwatch.GetTimestamp();
        return price;
    }

    /// <summary>Publishes the next price of each product at a steady pace, until it is stopped.</summary>
    public async Task RunAsync(TimeSpan pace, CancellationToken stop, params string[] products)
    {
        using var timer = new PeriodicTimer(pace);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                foreach (var product in products) await NextAsync(product);
        }
        catch (OperationCanceledException)
        {
            // It is stopped.
        }
    }

    /// <summary>Publishes the product's next prices in one moment: nothing comes between them, however busy the machine is.</summary>
    public async Task BurstAsync(string product, int count)
    {
        const string Script = """
            for price = tonumber(ARGV[2]), tonumber(ARGV[3]) do
              redis.call('PUBLISH', 'enriched:underlying', '{"product":"' .. ARGV[1] .. '","price":' .. price .. ',"timestamp":"' .. ARGV[4] .. '"}')
            end
            """;
        var first = _last.GetValueOrDefault(product) + 1;
        var last = _last[product] = first + count - 1;
        await _redis.ExecuteAsync("EVAL", Script, "0", product, $"{first}", $"{last}", $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}");
    }

    /// <summary>When Redis had taken a price: a timestamp of <see cref="Stopwatch"/>; null if it has not yet.</summary>
    public long? PublishedAt(string product, int price) => _published.TryGetValue((product, price), out var at) ? at : null;

    public Task ChainAsync(string product, string expiry, int spot) => _redis.ExecuteAsync("PUBLISH", "enriched:option_chain",
        $$"""{"product":"{{product}}","expiry":"{{expiry}}","spot_price":{{spot}},"pcr_oi":1.0,"max_pain_strike":100,"timestamp":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}}","calls":[],"puts":[]}""");

    public ValueTask DisposeAsync() => _redis.DisposeAsync();
}
