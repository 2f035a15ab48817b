using System.Diagnostics;
using System.Net;

namespace DeltaStream.Abuse.Tests.Limits;

/// <summary>How long a handshake may take, and how large the head of a request may be.</summary>
[Collection(LimitedCollection.Name)]
public sealed class HandshakeLimitSpecs(LimitedNode limited)
{
    /// <summary>The limit is 1 s; what looks after it looks once a second, and this machine may be busy.</summary>
    private static readonly TimeSpan Closed = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_connection_that_says_nothing_is_closed_and_counted()
    {
        var before = await limited.RefusedAsync("silent");
        var clock = Stopwatch.StartNew();
        using var silent = await RawConnection.OpenAsync(limited.Node.Port, "127.0.20.1");
        Assert.Empty(await silent.ReadToEndAsync(Closed));
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(0.9), $"closed after {clock.Elapsed}");
        Assert.Equal(before + 1, await limited.RefusedAsync("silent"));
    }

    [Fact]
    public async Task A_head_that_is_never_finished_is_answered_408_and_counted()
    {
        string[] beginnings =
        [
            "G", "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgr",
            "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n",
        ];
        var before = await limited.RefusedAsync("head_timeout");
        await Task.WhenAll(beginnings.Select(async beginning =>
        {
            using var slow = await RawConnection.OpenAsync(limited.Node.Port, "127.0.20.2");
            await slow.SendAsync(beginning);
            Assert.Equal(408, await slow.ReadStatusAsync(Closed));
        }));
        await CountedAsync("head_timeout", before, times: beginnings.Length);
    }

    [Fact]
    public async Task A_head_that_comes_byte_by_byte_is_answered_408_too()
    {
        using var slow = await RawConnection.OpenAsync(limited.Node.Port, "127.0.20.3");
        var answer = slow.ReadStatusAsync(Closed);
        await slow.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!answer.IsCompleted && await pace.WaitForNextTickAsync()) await slow.SendAsync("x");
        Assert.Equal(408, await answer);
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_ends_its_session_and_is_counted()
    {
        var before = await limited.RefusedAsync("body_timeout");
        await using var visitor = limited.Visitor("127.0.20.4");
        var (_, sid) = await visitor.OpenPollingAsync();
        await visitor.PostAsync(sid, "40");
        using var slow = await RawConnection.OpenAsync(limited.Node.Port, "127.0.20.4");
        await slow.SendAsync($"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n4");
        Assert.Equal(400, await slow.ReadStatusAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(HttpStatusCode.BadRequest, await visitor.PostAsync(sid, "3"));
        await CountedAsync("body_timeout", before);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_and_counted_whether_its_client_has_joined_or_not()
    {
        var before = await limited.RefusedAsync("body_too_large");
        await using var visitor = limited.Visitor("127.0.20.8");
        var (_, sid) = await visitor.OpenPollingAsync();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await visitor.PostAsync(sid, new string('4', 3000)));
        await CountedAsync("body_too_large", before);
    }

    [Fact]
    public async Task A_client_without_a_CONNECT_is_closed_and_counted()
    {
        var before = await limited.RefusedAsync("no_connect");
        using var silent = await RawConnection.OpenWebSocketAsync(limited.Node.Port, TestClient.SocketIo, from: "127.0.20.5");
        var farewell = await silent.ReadToEndAsync(Closed);
        Assert.Contains((byte)0x88, farewell);
        await CountedAsync("no_connect", before);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nX: {5000}\r\n\r\n", 431, "head_too_large")]
    [InlineData("GET /{5000} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "head_too_large")]
    [InlineData("{garbage}", 400, "malformed")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nX y\r\n\r\n", 400, "malformed")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed")]
    public async Task A_head_that_is_too_large_or_malformed_is_refused_and_counted(string request, int status, string reason)
    {
        var before = await limited.RefusedAsync(reason);
        request = request.Replace("{5000}", new string('x', 5000)).Replace("{garbage}", "\u0016\u0003\u0001\r\n\r\n");
        using var connection = await RawConnection.OpenAsync(limited.Node.Port, "127.0.20.6");
        await connection.SendAsync(request);
        Assert.Equal(status, await connection.ReadStatusAsync());
        await CountedAsync(reason, before);
    }

    [Fact]
    public async Task More_headers_than_a_hundred_are_refused()
    {
        using var connection = await RawConnection.OpenAsync(limited.Node.Port, "127.0.20.7");
        await connection.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n" + string.Concat(Enumerable.Range(0, 101).Select(i => $"X{i}: y\r\n")) + "\r\n");
        Assert.Equal(431, await connection.ReadStatusAsync());
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_its_WebSocket_and_no_other()
    {
        await using var neighbour = await TestClient.ConnectAsync(limited.Node);
        await using var client = await TestClient.ConnectAsync(limited.Node);
        await client.EmitAsync("subscribe", $"\"{new string('x', 3000)}\"");
        await Eventually.True(() => client.CloseCode == 1009, "it is closed");
        await limited.PublishAsync("SIZE", 1);
        await neighbour.ExpectAsync("underlying_update", e => e.Text.Contains("SIZE"));
    }

    // A client may know that it is refused before it is counted.
    private Task CountedAsync(string reason, double before, int times = 1) =>
        Eventually.True(async () => await limited.RefusedAsync(reason) == before + times, $"{times} more are counted as {reason}");
}
