using System.Collections.Concurrent;
using System.Diagnostics;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>
/// A market that goes on, and clients that watch it while somebody else attacks: one in <c>general</c> and one in each
/// product's room. Each must see every update that was not superseded, in order, once.
/// </summary>
public sealed class Neighbours : IAsyncDisposable
{
    private const int Products = 4;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private readonly AbusedNode _abused;
    private readonly List<TestClient> _clients = [];
    private readonly ConcurrentDictionary<(string Product, int Number), long> _sent = new();
    private readonly CancellationTokenSource _stop = new();
    private double _superseded;
    private Task _market = Task.CompletedTask;
    private int _last;

    private Neighbours(AbusedNode abused) => _abused = abused;

    public static async Task<Neighbours> StartAsync(AbusedNode abused)
    {
        var neighbours = new Neighbours(abused);
        for (var i = 0; i <= Products; i++)
        {
            var client = await TestClient.ConnectAsync(abused.Node);
            neighbours._clients.Add(client);
            if (i == Products) continue;
            await client.LeaveGeneralAsync();
            await client.SubscribeAsync("product", $"N{i}");
        }
        neighbours._superseded = await neighbours.SupersededAsync();
        neighbours._market = neighbours.TradeAsync();
        return neighbours;
    }

    /// <summary>Closes the market and looks at what each client saw.</summary>
    /// <returns>How long updates took, publication to receipt: the median and the worst, milliseconds.</returns>
    public async Task<(double Median, double Worst)> VerifyAsync()
    {
        await _stop.CancelAsync();
        await _market;
        var latencies = new List<double>();
        var missing = new List<(string Product, int Number)>();
        for (var i = 0; i < _clients.Count; i++)
        {
            var client = _clients[i];
            var products = i == Products ? Enumerable.Range(0, Products).Select(p => $"N{p}").ToArray() : [$"N{i}"];
            foreach (var product in products)
            {
                await client.ExpectAsync("underlying_update", e => Of(e) == (product, _last));
                var seen = client.Of("underlying_update").Where(e => Of(e).Product == product && _sent.ContainsKey(Of(e))).ToArray();
                var numbers = seen.Select(e => Of(e).Number).ToArray();
                for (var n = 1; n < numbers.Length; n++) Assert.True(numbers[n] > numbers[n - 1], $"{product}: {numbers[n]} after {numbers[n - 1]}");
                missing.AddRange(Enumerable.Range(numbers[0], _last - numbers[0] + 1).Except(numbers).Select(number => (product, number)));
                latencies.AddRange(seen.Select(e => Stopwatch.GetElapsedTime(_sent[Of(e)], e.At).TotalMilliseconds));
            }
            Assert.False(client.IsClosed, "a neighbour was closed");
        }
        var superseded = (await SupersededAsync()) - _superseded;
        Assert.True(missing.Count <= superseded, $"{missing.Count} updates are missing, {superseded} were superseded:\n{string.Join(' ', missing)}\n{await BridgeAsync()}");
        latencies.Sort();
        return (latencies[latencies.Count / 2], latencies[^1]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _market;
        foreach (var client in _clients) await client.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Updates that need not have come. One superseded in the bridge is one less for two of these clients: in the product's room and in <c>general</c>.</summary>
    private async Task<double> SupersededAsync() =>
        await _abused.Node.MetricAsync("deltastream_conflated_total") + (2 * await _abused.Node.MetricAsync("deltastream_bridge_conflated_total"));

    /// <summary>What the bridge has been through, for a failing test's message.</summary>
    private async Task<string> BridgeAsync() => string.Join('\n',
        (await _abused.Node.GetAsync("/metrics")).Split('\n').Where(line => line.StartsWith("deltastream_bridge", StringComparison.Ordinal) || line.StartsWith("deltastream_messages", StringComparison.Ordinal) || line.StartsWith("deltastream_conflated", StringComparison.Ordinal) || line.StartsWith("deltastream_dropped", StringComparison.Ordinal))
        .Concat(_abused.Node.Lines.Where(line => !line.Contains("\"client_", StringComparison.Ordinal)).TakeLast(20)));

    private async Task TradeAsync()
    {
        await using var redis = await RespConnection.OpenAsync(_abused.Redis.Port);
        using var pace = new PeriodicTimer(Pace);
        do
        {
            var number = _last + 1;
            for (var p = 0; p < Products; p++)
            {
                _sent[($"N{p}", number)] = Stopwatch.GetTimestamp();
                await redis.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"N{{p}}","price":{{number}},"timestamp":"2026-11-24T09:15:00","run":{{GetHashCode()}}}""");
            }
            _last = number;
        }
        while (await NextAsync(pace));
    }

    private async Task<bool> NextAsync(PeriodicTimer pace)
    {
        try
        {
            return await pace.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Which update it is; a snapshot may bring one of the market before this one.</summary>
    private (string Product, int Number) Of(ReceivedEvent e) => e.Data.GetProperty("run").GetInt32() == GetHashCode()
        ? (e.Data.GetProperty("product").GetString()!, e.Data.GetProperty("price").GetInt32())
        : ("", 0);
}
