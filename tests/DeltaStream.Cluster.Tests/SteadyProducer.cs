using System.Net.Sockets;

namespace DeltaStream.Cluster.Tests;

/// <summary>Publishes the next price of each product at a steady pace, over whatever becomes of Redis, until it is disposed.</summary>
public sealed class SteadyProducer : IAsyncDisposable
{
    private readonly RedisServer _redis;
    private readonly string[] _products;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly int[] _last;
    private int _answered;

    /// <summary>Begins at once.</summary>
    /// <param name="pace">The time between two prices of a product.</param>
    public SteadyProducer(RedisServer redis, TimeSpan pace, params string[] products)
    {
        (_redis, _products, _last) = (redis, products, new int[products.Length]);
        _running = RunAsync(pace);
    }

    public IReadOnlyList<string> Products => _products;

    /// <summary>The last price of a product that was published; the same for all but for a moment.</summary>
    public int Last(string product) => Volatile.Read(ref _last[Array.IndexOf(_products, product)]);

    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Publishes no more; returns when the last one has been answered.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan pace)
    {
        using var timer = new PeriodicTimer(pace);
        RespConnection? redis = null;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) redis = await PublishAsync(redis);
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }

        if (redis is not null) await redis.DisposeAsync();
    }

    private async Task<RespConnection?> PublishAsync(RespConnection? redis)
    {
        try
        {
            redis ??= await RespConnection.OpenAsync(_redis.Port);
            for (var i = 0; i < _products.Length; i++)
            {
                var price = Interlocked.Increment(ref _last[i]);
                var json = $$"""{"product":"{{_products[i]}}","price":{{price}},"timestamp":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}}"}""";
                await redis.ExecuteAsync("PUBLISH", "enriched:underlying", json);
                Interlocked.Increment(ref _answered);
            }

            return redis;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Redis is away; a price that may or may not have got through is not sent again.
            if (redis is not null) await redis.DisposeAsync();
            return null;
        }
    }
}
