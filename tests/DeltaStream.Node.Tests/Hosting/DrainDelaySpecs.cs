using System.Net;
using DeltaStream.Node.Hosting;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Hosting;

/// <summary>The time between the order to stop and the drain, in which balancers notice that the node is not ready.</summary>
public sealed class DrainDelaySpecs
{
    // Longer than any test: only what ends the delay lets the node stop.
    private const string Long = "600";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_drain_delay_ends_when_its_time_has_passed()
    {
        var waiting = new DrainDelay(TimeSpan.FromSeconds(3), _time).WaitAsync();
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await waiting.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task The_drain_delay_can_be_ended_before_it_begins_and_while_it_lasts()
    {
        var ended = new DrainDelay(TimeSpan.FromSeconds(3), _time);
        ended.End();
        await ended.WaitAsync().WaitAsync(Eventually.Patience);

        var lasting = new DrainDelay(TimeSpan.FromSeconds(3), _time);
        var waiting = lasting.WaitAsync();
        lasting.End();
        await waiting.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_drain_delay_of_zero_is_over_at_once() =>
        await new DrainDelay(TimeSpan.Zero, _time).WaitAsync().WaitAsync(Eventually.Patience);

    [Fact]
    public async Task A_node_that_is_told_to_stop_is_not_ready_but_takes_clients_until_a_second_signal_comes()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("DRAIN_DELAY_SECONDS", Long), ("DRAIN_SECONDS", "0")).ReadyAsync();
        await using var before = await TestClient.ConnectAsync(node);
        node.Terminate();
        await Eventually.True(async () => await node.StatusAsync("/health/ready") == HttpStatusCode.ServiceUnavailable, "the node is not ready");

        await using var during = await TestClient.ConnectAsync(node);
        await during.SubscribeAsync("product", "NIFTY");
        Assert.Equal(("True", "active", "live", "2"), (
            await node.HealthAsync("draining"), await node.HealthAsync("bridge"), await node.HealthAsync("feed"), await node.HealthAsync("clients")));
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", """{"product":"NIFTY","price":1,"timestamp":"2026-11-24T09:15:00"}""");
        foreach (var client in new[] { before, during }) await client.ExpectAsync("underlying_update");

        node.Terminate();
        Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(10)));
        foreach (var client in new[] { before, during }) await Eventually.True(() => client.IsClosed, "the client is closed");
    }

    [Fact]
    public async Task The_delay_passes_by_itself_and_the_node_drains()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("DRAIN_DELAY_SECONDS", "1"), ("DRAIN_SECONDS", "0")).ReadyAsync();
        node.Terminate();
        Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(11)));
        var (stopping, draining) = (LoggedAt(node, "socket_gateway_stopping"), LoggedAt(node, "socket_gateway_draining"));
        Assert.True(draining - stopping >= TimeSpan.FromSeconds(0.9), $"told at {stopping}, drained at {draining}");
    }

    [Fact]
    public async Task A_node_hands_its_lease_on_when_its_drain_begins_so_its_clients_still_get_updates()
    {
        await using var redis = await RedisServer.StartAsync();
        var port = FreePort.Next();
        await using var first = await Start(redis, port, port).ReadyAsync();
        await Eventually.True(async () => await first.HealthAsync("bridge") == "active", "the first node is active");
        await using var second = await Start(redis, FreePort.Next(), port).ReadyAsync();
        await using var client = await TestClient.ConnectAsync(first);

        first.Terminate();
        await Eventually.True(async () => await second.HealthAsync("bridge") == "active", "the second node is active");
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", """{"product":"NIFTY","price":1,"timestamp":"2026-11-24T09:15:00"}""");
        await client.ExpectAsync("underlying_update");
        Assert.False(first.HasExited);
    }

    private static NodeProcess Start(RedisServer redis, int port, int seed) => NodeProcess.Start(
        ("REDIS_URL", redis.Url), ("CLUSTER_PORT", $"{port}"), ("CLUSTER_SEEDS", $"127.0.0.1:{seed}"), ("DRAIN_SECONDS", Long));

    private static DateTimeOffset LoggedAt(NodeProcess node, string name) => node.Lines
        .Where(line => line.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal))
        .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("@t").GetDateTimeOffset())
        .Single();
}
