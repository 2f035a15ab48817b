using System.Net;

namespace DeltaStream.Abuse.Tests.Limits;

/// <summary>How many may come, in all and from one address, and whose word counts for where they come from.</summary>
[Collection(LimitedCollection.Name)]
public sealed class ConnectionLimitSpecs(LimitedNode limited)
{
    [Fact]
    public async Task A_full_node_refuses_further_clients_on_every_transport_and_serves_those_that_it_has()
    {
        await EmptyAsync();
        await using var client = await TestClient.ConnectAsync(limited.Node);
        var crowd = Enumerable.Range(1, LimitedNode.Connections - 1).Select(i => limited.Visitor($"127.0.2.{i}")).ToArray();
        foreach (var each in crowd) Assert.Equal(HttpStatusCode.SwitchingProtocols, await each.OpenWebSocketAsync("/ws"));

        await using var late = limited.Visitor("127.0.2.200");
        var before = await limited.RefusedAsync("connections");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await late.OpenPollingAsync()).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await late.OpenWebSocketAsync(TestClient.SocketIo));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await late.OpenWebSocketAsync("/ws"));
        Assert.Equal(before + 3, await limited.RefusedAsync("connections"));
        Assert.Equal("healthy", await limited.Node.HealthAsync("status"));
        await limited.PublishAsync("FULL", 1);
        await client.ExpectAsync("underlying_update", e => e.Text.Contains("FULL"));

        await crowd[0].LeaveAsync();
        await Eventually.True(async () => await late.OpenWebSocketAsync("/ws") == HttpStatusCode.SwitchingProtocols, "the place is free again");
        foreach (var each in crowd) await each.DisposeAsync();
    }

    [Fact]
    public async Task The_limit_of_clients_of_one_address_leaves_other_addresses_alone()
    {
        await EmptyAsync();
        await using var many = limited.Visitor("127.0.3.1");
        Assert.Equal(HttpStatusCode.OK, (await many.OpenPollingAsync()).Status);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await many.OpenWebSocketAsync(TestClient.SocketIo));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await many.OpenWebSocketAsync("/ws"));
        var before = await limited.RefusedAsync("address");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await many.OpenPollingAsync()).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, await many.OpenWebSocketAsync(TestClient.SocketIo));
        // Nobody whom the node does not trust can say that he is somebody else.
        many.ForwardedFor = "203.0.113.9";
        Assert.Equal(HttpStatusCode.TooManyRequests, await many.OpenWebSocketAsync("/ws"));
        Assert.Equal(before + 3, await limited.RefusedAsync("address"));

        await using var other = limited.Visitor("127.0.3.2");
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await other.OpenWebSocketAsync("/ws"));
        await many.LeaveAsync();
        await Eventually.True(async () => await many.OpenWebSocketAsync("/ws") == HttpStatusCode.SwitchingProtocols, "its places are free again");
    }

    [Theory]
    [InlineData("127.0.9.1")]
    [InlineData("127.0.10.77")]
    public async Task Behind_a_trusted_proxy_the_address_is_the_one_that_the_proxy_names(string proxy)
    {
        await EmptyAsync();
        // Each says of itself that it is somebody; the proxy appends whom it has seen. Only that counts.
        await using var client = limited.Visitor(proxy);
        for (var i = 0; i < LimitedNode.ConnectionsPerAddress; i++)
        {
            client.ForwardedFor = $"198.51.100.{i}, 203.0.113.5";
            Assert.Equal(HttpStatusCode.OK, (await client.OpenPollingAsync()).Status);
        }
        await using var oneMore = limited.Visitor(proxy, "198.51.100.77, 203.0.113.5");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await oneMore.OpenPollingAsync()).Status);
        // Through two proxies: both are trusted, so the client stands before them.
        oneMore.ForwardedFor = "203.0.113.5, 127.0.10.3";
        Assert.Equal(HttpStatusCode.TooManyRequests, (await oneMore.OpenPollingAsync()).Status);
        // Some proxies append the port.
        foreach (var same in new[] { "203.0.113.5:51234", "198.51.100.77:80, 203.0.113.5:9, 127.0.10.3:8080", "[::ffff:203.0.113.5]:443" })
        {
            oneMore.ForwardedFor = same;
            Assert.Equal((same, HttpStatusCode.TooManyRequests), (same, (await oneMore.OpenPollingAsync()).Status));
        }
        await using var other = limited.Visitor(proxy, "203.0.113.6");
        Assert.Equal(HttpStatusCode.OK, (await other.OpenPollingAsync()).Status);
        await using var sixth = limited.Visitor(proxy);
        for (var i = 0; i < LimitedNode.ConnectionsPerAddress; i++)
        {
            sixth.ForwardedFor = $"[2001:db8:1:2::{i}]:5123{i}";
            Assert.Equal(HttpStatusCode.OK, (await sixth.OpenPollingAsync()).Status);
        }
        sixth.ForwardedFor = "2001:db8:1:2:ffff::9";
        Assert.Equal(HttpStatusCode.TooManyRequests, (await sixth.OpenPollingAsync()).Status);
    }

    [Fact]
    public async Task Silent_sockets_are_limited_for_each_address_too()
    {
        var sockets = new List<RawConnection>();
        var before = await limited.RefusedAsync("address");
        for (var i = 0; i < LimitedNode.ConnectionsPerAddress * 2 + 8; i++) sockets.Add(await RawConnection.OpenAsync(limited.Node.Port, "127.0.4.1"));
        using var oneMore = await RawConnection.OpenAsync(limited.Node.Port, "127.0.4.1");
        Assert.Empty(await oneMore.ReadToEndAsync());
        Assert.Equal(before + 1, await limited.RefusedAsync("address"));
        await using var other = limited.Visitor("127.0.4.2");
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await other.OpenWebSocketAsync("/ws"));
        foreach (var socket in sockets) socket.Dispose();
    }

    [Fact]
    public async Task The_number_of_waiting_polls_is_limited()
    {
        await EmptyAsync();
        using var end = new CancellationTokenSource();
        var before = await limited.RefusedAsync("polls");
        var visitors = Enumerable.Range(1, LimitedNode.ParkedPolls + 1).Select(i => limited.Visitor($"127.0.5.{i}")).ToArray();
        var polls = new List<Task<HttpResponseMessage>>();
        foreach (var visitor in visitors)
        {
            var sid = (await visitor.OpenPollingAsync()).Sid;
            polls.Add(visitor.PollAsync(sid, end.Token));
        }
        // Which of them was one too many is nobody's business.
        var refused = await (await Task.WhenAny(polls)).WaitAsync(Eventually.Patience);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(before + 1, await limited.RefusedAsync("polls"));
        await end.CancelAsync();
        foreach (var visitor in visitors) await visitor.DisposeAsync();
    }

    [Fact]
    public async Task A_session_that_is_used_from_another_address_is_reported_and_continues()
    {
        await EmptyAsync();
        await using var owner = limited.Visitor("127.0.6.1");
        await using var other = limited.Visitor("127.0.6.2");
        var before = await limited.Node.MetricAsync("deltastream_sessions_moved_address_total");
        var (_, sid) = await owner.OpenPollingAsync();
        Assert.Equal(HttpStatusCode.OK, await other.PostAsync(sid, "40"));
        Assert.Equal(before + 1, await limited.Node.MetricAsync("deltastream_sessions_moved_address_total"));
        await Eventually.True(() => limited.Node.Lines.Any(line => line.Contains("\"session_used_from_another_address\"", StringComparison.Ordinal)
            && line.Contains("127.0.6.1", StringComparison.Ordinal) && line.Contains("127.0.6.2", StringComparison.Ordinal)), "it is logged");
        Assert.DoesNotContain(sid, limited.Node.Log);
    }

    /// <summary>The tests before have left, and the node has noticed.</summary>
    private Task EmptyAsync() => Eventually.True(async () => await limited.Node.MetricAsync("deltastream_sessions") == 0, "the node is empty");
}
