namespace DeltaStream.Conformance.Tests;

/// <summary>Frames that no well-behaved client sends (RFC 6455).</summary>
public sealed class WebSocketSpecs(CalmHost host) : ConformanceSpecs(host)
{
    [Theory]
    [InlineData("not masked", "8101" + "61", 1002)]
    [InlineData("reserved bit", "c18000000000", 1002)]
    [InlineData("unknown opcode", "838000000000", 1002)]
    [InlineData("fragmented ping", "098000000000", 1002)]
    [InlineData("long ping", "89fe0080", 1002)]
    [InlineData("continuation of nothing", "808000000000", 1002)]
    [InlineData("text within a fragmented message", "01810000000034" + "81810000000034", 1002)]
    [InlineData("a close frame of one byte", "88810000000003", 1002)]
    [InlineData("close code 1005", "88820000000003ed", 1002)]
    [InlineData("text that is not UTF-8", "81820000000034ff", 1007)]
    [InlineData("one over the limit", "81ff00000000000f424100000000", 1009)]
    [InlineData("far over the limit", "82ff7fffffffffffffff00000000", 1009)]
    public async Task A_frame_that_breaks_the_rules_is_answered_with_its_close_code(string why, string frame, int code)
    {
        using var connection = await Open();
        await connection.SendAsync(Convert.FromHexString(frame));
        Assert.Equal((why, code), (why, await connection.ReadCloseCodeAsync()));
    }

    [Theory]
    [InlineData("888000000000", "^(03e8)?$")]
    [InlineData("88820000000003e8", "^03e8$")]
    public async Task A_close_frame_is_answered_by_one(string frame, string answer)
    {
        using var connection = await Open();
        await connection.SendAsync(Convert.FromHexString(frame));
        var close = await connection.ReadFrameAsync();
        Assert.Equal((byte)0x88, close!.Value.First);
        Assert.Matches(answer, Convert.ToHexStringLower(close.Value.Payload));
        Assert.Null(await connection.ReadFrameAsync());
    }

    [Fact]
    public async Task A_ping_frame_is_answered_by_its_pong_also_between_fragments()
    {
        using var connection = await Open();
        await connection.SendAsync(Convert.FromHexString("01810000000034" + "8981000000007a" + "80810000000078"));
        var pong = await connection.ReadFrameAsync();
        Assert.Equal((0x8a, "7a"), (pong!.Value.First, Convert.ToHexStringLower(pong.Value.Payload)));
        var echo = await connection.ReadFrameAsync();
        Assert.Equal((0x81, "3478"), (echo!.Value.First, Convert.ToHexStringLower(echo.Value.Payload)));
    }

    [Fact]
    public async Task Frames_that_arrive_a_byte_at_a_time_are_read()
    {
        using var connection = await Open();
        foreach (var one in Convert.FromHexString("818437fa213d03924d51")) await connection.SendAsync(new[] { one });
        var echo = await connection.ReadFrameAsync();
        Assert.Equal("34686c6c", Convert.ToHexStringLower(echo!.Value.Payload));
    }

    [Fact]
    public async Task A_message_of_exactly_the_limit_is_taken()
    {
        using var client = await SocketClient.Open(Host);
        var message = "4" + new string('x', ConformanceHost.MaxPayload - 1);
        await client.SendAsync(message);
        await client.Expect(message);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_answered_with_1009()
    {
        using var client = await SocketClient.Open(Host);
        await client.SendBinaryAsync(new byte[ConformanceHost.MaxPayload]);
        Assert.StartsWith("bin:", await client.ReceiveMessage());
        await client.SendBinaryAsync(new byte[ConformanceHost.MaxPayload + 1]);
        Assert.Empty(await client.ReadToEnd());
        Assert.Equal(1009, client.CloseCode);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Sec-WebSocket-Version: 13\r\n")]
    [InlineData("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n")]
    public async Task An_invalid_handshake_is_refused(string headers)
    {
        using var connection = await RawConnection.OpenAsync(Host.Port);
        await connection.SendAsync(
            $"GET {Paths.Engine}{Paths.WebSocketQuery} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{headers}\r\n");
        Assert.Matches("^HTTP/1.1 4(00|26) ", await connection.ReadHeadAsync());
    }

    private async Task<RawConnection> Open()
    {
        var connection = await RawConnection.OpenWebSocketAsync(Host.Port, Paths.Engine + Paths.WebSocketQuery);
        Assert.Equal((byte)0x81, (await connection.ReadFrameAsync())!.Value.First);
        return connection;
    }
}
