using System.Net;
using System.Text.Json;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Operations;

/// <summary>A real node as a process: how it starts, what it says of itself, how it stops.</summary>
public sealed class NodeSpecs
{
    [Theory]
    [InlineData("PORT", "nowhere", "PORT=nowhere is not allowed: a whole number from 1 to 65535")]
    [InlineData("REDIS_URL", "redis://u:secret@h:x", "REDIS_URL=redis://***@h:x is not allowed: the port of the host must be a number from 1 to 65535; write redis://[user:password@]host:port[,host:port…][/db] or redis-sentinel://[user:password@]host:port,…/service[/db]; rediss:// or rediss-sentinel:// for TLS")]
    [InlineData("CLUSTER_HOSTNAME", "192.0.2.1", "CLUSTER_HOSTNAME=192.0.2.1 is not allowed: a name or an IPv4 address that this machine can listen on; where the other nodes use another one, set deltastream.cluster.bind-hostname")]
    public async Task A_wrong_setting_stops_the_start_with_one_line_and_a_code(string name, string value, string line)
    {
        await using var node = NodeProcess.Start(("REDIS_URL", "redis://127.0.0.1:1"), (name, value));
        Assert.NotEqual(0, await node.ExitAsync(TimeSpan.FromSeconds(20)));
        await Eventually.True(() => node.Lines.Count > 0, "the line is read");
        Assert.Equal([line], node.Lines);
    }

    [Fact]
    public async Task A_file_with_settings_that_Akka_cannot_use_is_named_in_one_line()
    {
        using var hocon = HoconFile.Of("akka.cluster.failure-detector.heartbeat-interval = soon");
        await using var node = NodeProcess.Start(("REDIS_URL", "redis://127.0.0.1:1"), hocon.Variable);
        Assert.Equal(1, await node.ExitAsync(TimeSpan.FromSeconds(30)));
        await Eventually.True(() => node.Lines.Any(line => line.StartsWith($"HOCON_FILE={hocon.Name} is not allowed: a file whose akka settings Akka.NET can use (", StringComparison.Ordinal)), "the line is read");
        Assert.DoesNotContain(node.Lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PORT")]
    [InlineData("CLUSTER_PORT")]
    public async Task A_taken_port_stops_the_start_with_one_line_and_a_code(string name)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = NodeProcess.Start(("REDIS_URL", redis.Url), (name, $"{redis.Port}"));
        Assert.NotEqual(0, await node.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal([$"{name}={redis.Port} is not allowed: a free port; port {redis.Port} is in use by another process"], node.Lines);
    }

    [Fact]
    public async Task A_request_that_its_client_never_finishes_does_not_keep_a_stopping_node_from_leaving_its_cluster()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("DRAIN_SECONDS", "0")).ReadyAsync();
        using var client = new System.Net.Sockets.TcpClient("127.0.0.1", node.Port);
        // The answer to the whole request before it says that the node has read the beginning of this one.
        await client.GetStream().WriteAsync("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHo"u8.ToArray());
        Assert.True(await client.GetStream().ReadAsync(new byte[1024]) > 0);

        node.Terminate();
        Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(10)));
        HasLogged(node, "socket_gateway_stopped");
        Assert.DoesNotContain(node.Lines, line => line.Contains("socket_gateway_stop_forced"));
    }

    [Fact]
    public async Task A_node_that_is_told_to_stop_while_it_still_starts_stops_in_order()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = NodeProcess.Start(("REDIS_URL", redis.Url));
        // Its actors run; it does not listen yet, and waits for its cluster and for Redis.
        await Eventually.True(() => node.Lines.Any(line => line.Contains("socket_gateway_starting", StringComparison.Ordinal)), "it starts");
        node.Terminate();
        var code = await node.ExitAsync(TimeSpan.FromSeconds(30));
        Assert.True(code == 0, $"ended with {code}:\n{node.Log}");
        HasLogged(node, "socket_gateway_stopped");
        Assert.DoesNotContain(node.Lines, line => line.Contains("\"@x\"", StringComparison.Ordinal) || line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_reports_its_health_counts_its_work_and_stops_with_code_0()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("LOG_LEVEL", "debug")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy" && await node.HealthAsync("bridge") == "active", "the node is healthy");
        var health = await node.HealthAsync();
        Assert.Equal(("socket-gateway", node.Address, 1, "active", "live"), (
            Text(health, "service"), Text(health, "node"), health.GetProperty("members").GetInt32(), Text(health, "bridge"), Text(health, "feed")));
        Assert.Equal("0.1.0", Text(health, "version"));
        Assert.Matches("^([0-9a-f]{40}|unknown)$", Text(health, "commit"));
        await HasChecksAsync(node, "/health/live");
        await HasChecksAsync(node, "/health/ready");

        await using var client = await TestClient.ConnectAsync(node);
        await Eventually.True(async () => await node.HealthAsync("clients") == "1", "the client is counted");
        await client.SubscribeAsync("product", "NIFTY");
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", """{"product":"NIFTY","price":1.50,"timestamp":"2026-11-24T09:15:00"}""");
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", "not json");
        var update = await client.ExpectAsync("underlying_update");
        Assert.Equal("""{"product":"NIFTY","price":1.50,"timestamp":"2026-11-24T09:15:00"}""", update.Text);
        await client.EmitAsync("unsubscribe", """{"type":"product","symbol":"NIFTY"}""");
        await client.ExpectAsync("unsubscribed");
        await EveryMetricIsThereAsync(node);
        health = await node.HealthAsync();
        Assert.Equal(("degraded", "enriched:underlying: json"), (Text(health, "status"), Text(health.GetProperty("problem_details"), "messages_skipped")));

        node.Terminate();
        Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(11)));
        HasLogged(node, "socket_gateway_starting", "port", node.Port);
        HasLogged(node, "socket_gateway_starting", "version", "0.1.0");
        HasLogged(node, "cluster_member_up", "member", node.Address);
        HasLogged(node, "redis_listener_started");
        HasLogged(node, "client_connected", "total_clients", 1);
        HasLogged(node, "client_subscribed", "room", "product:NIFTY");
        HasLogged(node, "client_unsubscribed", "room", "product:NIFTY");
        HasLogged(node, "client_disconnected", "remaining_clients", 0);
        HasLogged(node, "broadcasted_underlying", "product", "NIFTY");
        HasLogged(node, "socket_gateway_stopped");
        Assert.Contains(node.Lines, line => line.Contains($"Leader is moving node [\\\"akka.tcp://deltastream@{node.Address}\\\"] to [Up]", StringComparison.Ordinal));
        // From the first line to the last: Akka has a logger of its own for what comes before and after.
        Assert.DoesNotContain(node.Lines, line => !line.StartsWith('{'));
    }

    [Fact]
    public async Task A_node_without_the_bridge_role_runs_no_bridge_and_waits_for_one()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("CLUSTER_ROLES", "gateway")).ReadyAsync();
        Assert.Equal("none", await node.HealthAsync("bridge"));
        Assert.Equal("stale", await node.HealthAsync("feed"));
        Assert.Equal("0", await redis.ExecuteAsync("EXISTS", "deltastream:bridge:lease"));
    }

    [Fact]
    public async Task A_node_that_is_a_bridge_only_serves_health_and_no_clients()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("CLUSTER_ROLES", "bridge")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("bridge") == "active", "the bridge is active");
        Assert.Equal(HttpStatusCode.NotFound, await node.StatusAsync("/socket.io/?EIO=4&transport=polling"));
    }

    [Fact]
    public async Task Ctrl_C_ends_a_node_in_time_with_code_0_even_with_a_silent_client()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        using var silent = await RawConnection.OpenWebSocketAsync(node.Port, "/ws");
        node.Interrupt();
        await Eventually.True(async () => await node.StatusAsync("/health/ready") is not HttpStatusCode.OK, "the node is not ready");
        Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(11)));
    }

    private static async Task HasChecksAsync(NodeProcess node, string path)
    {
        using var document = JsonDocument.Parse(await node.GetAsync(path));
        Assert.NotEmpty(document.RootElement.GetProperty("checks").EnumerateObject());
    }

    private static Task EveryMetricIsThereAsync(NodeProcess node) => Eventually.Pass(async () =>
    {
        var text = await node.GetAsync("/metrics");
        foreach (var line in new[]
        {
            "deltastream_connections{transport=\"websocket\"} 1",
            "deltastream_rooms ",
            "deltastream_messages_in_total{channel=\"enriched:underlying\"} 2",
            "deltastream_messages_invalid_total{reason=\"json\"} 1",
            "deltastream_messages_repaired_total{kind=\"underlying\"} 0",
            "deltastream_delivered_total 1",
            "deltastream_conflated_total 0",
            "deltastream_dropped_total{reason=",
            "deltastream_closes_total{reason=\"slow_consumer\"} 0",
            "deltastream_refused_total{reason=\"rate_limited\"} 0",
            "deltastream_encodes_total{protocol=\"1\"} 0",
            "deltastream_bridge_lease_lost_total{reason=\"expired\"}",
            "deltastream_bridge_epoch 1",
            "deltastream_bridge_role 2",
            "deltastream_delivery_latency_seconds_bucket{le=\"0.5\"}",
            "deltastream_delivery_latency_seconds_count 1",
            "deltastream_build_info{version=\"0.1.0\",commit=\"",
            "deltastream_cluster_members{state=\"up\"} 1",
            "deltastream_cluster_members{state=\"unreachable\"} 0",
            "deltastream_feed_status{status=\"live\"} 1",
            "deltastream_feed_status{status=\"down\"} 0",
            "deltastream_problem{name=\"certificate_expires\"} 0",
            "deltastream_problem{name=\"redis_refuses\"} 0",
            "deltastream_ready 1",
            "deltastream_draining 0",
        })
            Assert.Contains(line, text);
        // Who has no good token becomes no client: a count of those would stay 0.
        Assert.DoesNotContain("deltastream_closes_total{reason=\"unauthorized\"}", text);
    });

    private static string Text(JsonElement health, string field) => health.GetProperty(field).GetString()!;

    private static void HasLogged(NodeProcess node, string name, string? field = null, object? value = null)
    {
        var lines = node.Lines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("event", out var found) && found.GetString() == name).ToArray();
        Assert.True(lines.Length > 0, $"{name} is not in the log:\n{node.Log}");
        if (field is not null) Assert.Contains(lines, line => line.TryGetProperty(field, out var found) && found.ToString() == value!.ToString());
    }
}
