using System.Diagnostics;
using Xunit.Abstractions;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// A connection to Redis that delivers nothing any more is noticed within 5 s, made anew, logged, counted, shown and told; and
/// when the outage is over, every client has the newest values within 2 s.
/// </summary>
public sealed class DeafListenerSpecs(DeafCluster shared, ITestOutputHelper output) : IClassFixture<DeafCluster>, IAsyncLifetime
{
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(2);

    private static int _outages;

    private readonly TestCluster _cluster = shared.Cluster;
    // One of its own for each outage: the nodes still know the last one's prices.
    private readonly string _product = $"OUTAGE{Interlocked.Increment(ref _outages)}";
    private Crowd _crowd = null!;
    private double[] _lostBefore = [];
    private int[] _linesBefore = [];

    public async Task InitializeAsync()
    {
        _crowd = await Crowd.GatherAsync(_cluster.Redis, TimeSpan.FromMilliseconds(100), [_product], [.. _cluster.Nodes]);
        _lostBefore = await LostAsync();
        _linesBefore = [.. _cluster.Nodes.Select(node => node.Lines.Count)];
    }

    public async Task DisposeAsync() => await _crowd.DisposeAsync();

    [Fact]
    public async Task A_Redis_that_hangs_is_noticed_by_every_node()
    {
        var clock = Stopwatch.StartNew();
        _cluster.Redis.Pause();
        await NoticedAsync("down", clock, Notice);
        // By every node's listener, not by the lease alone.
        await Eventually.True(EachCountsAsync, "each node counts the loss");
        Assert.True(clock.Elapsed < Notice, $"each node has counted the loss after {clock.Elapsed.TotalSeconds:0.0} s");
        _cluster.Redis.Resume();
        await RecoveredAsync();
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task A_Redis_that_hangs_for_half_a_minute_is_noticed_by_every_node()
    {
        _cluster.Redis.Pause();
        await NoticedAsync("down", Stopwatch.StartNew(), Notice);
        await Task.Delay(TimeSpan.FromSeconds(30));
        _cluster.Redis.Resume();
        await RecoveredAsync();
    }

    [Fact]
    public async Task Subscriptions_that_Redis_ends_are_made_again()
    {
        var clock = Stopwatch.StartNew();
        await _cluster.Redis.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await CountedAsync(clock);
        await RecoveredAsync();
    }

    [Fact]
    public async Task Subscribers_that_Redis_drops_as_too_slow_subscribe_again()
    {
        await _cluster.Redis.ExecuteAsync("CONFIG", "SET", "client-output-buffer-limit", "pubsub 50000 0 0");
        var clock = Stopwatch.StartNew();
        var pad = new string('x', 200_000);
        await _cluster.Redis.ExecuteAsync("PUBLISH", "enriched:option_chain",
            $$"""{"product":"{{_product}}","expiry":"2026-11-26","spot_price":1,"pcr_oi":1,"max_pain_strike":1,"timestamp":"2026-11-24T10:00:00","calls":[],"puts":[],"pad":"{{pad}}"}""");
        await CountedAsync(clock);
        await _cluster.Redis.ExecuteAsync("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0");
        await RecoveredAsync();
    }

    private async Task NoticedAsync(string status, Stopwatch clock, TimeSpan within)
    {
        await Eventually.True(() => _crowd.Clients.All(client => client.Of("feed_status").Any(e => e.Data.GetProperty("status").GetString() == status)),
            $"every client is told {status}");
        output.WriteLine($"noticed after {clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed < within, $"noticed after {clock.Elapsed.TotalSeconds:0.0} s");
    }

    /// <summary>A loss that is over within a second is told to no client.</summary>
    private async Task CountedAsync(Stopwatch clock)
    {
        await Eventually.True(EachCountsAsync, "each node counts the loss");
        Assert.True(clock.Elapsed < Notice, $"noticed after {clock.Elapsed.TotalSeconds:0.0} s");
    }

    private async Task RecoveredAsync()
    {
        var clock = Stopwatch.StartNew();
        await _crowd.FlowsAsync("after the outage");
        output.WriteLine($"newest values after {clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed < Recovery, $"newest values after {clock.Elapsed.TotalSeconds:0.0} s");
        await _cluster.WholeAsync();
        foreach (var node in _cluster.Nodes)
            await Eventually.True(async () => await node.HealthAsync("listener") == "up", $"{node.Address} listens again");
        Assert.True(await EachCountsAsync(), "each node counts the loss");
        foreach (var (node, lines) in _cluster.Nodes.Zip(_linesBefore))
            Assert.Contains(node.Lines.Skip(lines), line => line.Contains("redis_listener_error", StringComparison.Ordinal));
        await Eventually.True(() => _crowd.Clients.All(client => client.Of("feed_status").LastOrDefault()?.Text.Contains("live", StringComparison.Ordinal) != false),
            "every client knows that the feed is live");
        await _crowd.EndAsync();
    }

    private async Task<bool> EachCountsAsync() => (await LostAsync()).Zip(_lostBefore).All(pair => pair.First > pair.Second);

    private async Task<double[]> LostAsync() => await Task.WhenAll(_cluster.Nodes.Select(node => node.MetricAsync("deltastream_bridge_feed_link_lost_total")));
}

/// <summary>Three nodes for all outages, one after the other: each leaves them whole.</summary>
public sealed class DeafCluster : IAsyncLifetime
{
    public TestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await TestCluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
