namespace DeltaStream.Conformance.Tests;

public sealed class SocketIoSpecs(CalmHost host) : ConformanceSpecs(host)
{
    [Theory]
    [InlineData("40", "40{", """42["auth",{}]""")]
    [InlineData("40{}", "40{", """42["auth",{}]""")]
    [InlineData("""40{"token":"123"}""", "40{", """42["auth",{"token":"123"}]""")]
    [InlineData("40/custom", "40/custom,{", """42/custom,["auth",{}]""")]
    [InlineData("40/custom,", "40/custom,{", """42/custom,["auth",{}]""")]
    [InlineData("""40/custom,{"token":"abc"}""", "40/custom,{", """42/custom,["auth",{"token":"abc"}]""")]
    public async Task A_connect_is_answered_before_its_payload_is_used(string connect, string reply, string auth)
    {
        using var client = await SocketClient.Open(Host, Paths.Sockets);
        await client.SendAsync(connect);
        Assert.StartsWith(reply, await client.ReceiveMessage());
        await client.Expect(auth);
    }

    [Fact]
    public async Task An_unknown_namespace_is_refused_and_the_connection_stays()
    {
        using var client = await SocketClient.Open(Host, Paths.Sockets);
        await client.SendAsync("40/random");
        await client.Expect("""44/random,{"message":"Invalid namespace"}""");
        await client.SendAsync("40");
        Assert.StartsWith("40{", await client.ReceiveMessage());
    }

    [Theory]
    [InlineData("""42["message",1,"2",{"3":[false]}]""", """42["message-back",1,"2",{"3":[false]}]""")]
    [InlineData("""42["message"]""", """42["message-back"]""")]
    [InlineData("""42["message",1.50,1e2,{"b":1,"a":2,"b":3},"\ud800€"]""", """42["message-back",1.50,1e2,{"b":1,"a":2,"b":3},"\ud800€"]""")]
    [InlineData("""42456["message-with-ack",1,"2",{"3":[false]}]""", """43456[1,"2",{"3":[false]}]""")]
    [InlineData("""420["message-with-ack"]""", "430[]")]
    public async Task Events_and_acknowledgements_keep_their_arguments(string sent, string received)
    {
        using var client = await Joined();
        await client.SendAsync(sent);
        await client.Expect(received);
    }

    [Theory]
    [InlineData("""["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""", "452-", "452-",
        """["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""")]
    [InlineData("""["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""", "452-789", "462-789",
        """[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""")]
    public async Task Binary_comes_back_as_binary(string payload, string prefix, string replyPrefix, string reply)
    {
        using var client = await Joined();
        await client.SendAsync(prefix + payload);
        await client.SendBinaryAsync(1, 2, 3);
        await client.SendBinaryAsync(4, 5, 6);
        await client.Expect(replyPrefix + reply, "bin:010203", "bin:040506");

        var session = await PollingSession.Open(Host, Paths.Sockets);
        await session.Post("40");
        await session.PollMessages();
        (await session.Post($"{prefix}{payload}\x1e" + "bAQID\x1e" + "bBAUG")).Is(200, "ok");
        Assert.Equal([replyPrefix + reply, "bAQID", "bBAUG"], await session.PollMessages());
    }

    [Fact]
    public async Task A_header_and_its_attachments_are_never_parted()
    {
        using var client = await Joined();
        const int rounds = 200;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < rounds; i++)
            {
                await client.SendAsync("""451-["message",{"_placeholder":true,"num":0}]""");
                await client.SendBinaryAsync((byte)i);
                await client.SendAsync($$"""42["message",{{i}}]""");
            }
        });
        for (var i = 0; i < rounds; i++)
        {
            await Next("""451-["message-back",{"_placeholder":true,"num":0}]""");
            Assert.Equal($"bin:{i:x2}", await client.ReceiveAsync());
            await Next($$"""42["message-back",{{i}}]""");
        }
        await sending;

        // Only reads: one thing at a time may be sent on a ClientWebSocket.
        async Task Next(string expected)
        {
            string? message;
            while ((message = await client.ReceiveAsync()) == "2") { }
            Assert.Equal(expected, message);
        }
    }

    [Fact]
    public async Task Leaving_has_no_reply_and_the_connection_stays()
    {
        using var client = await Joined();
        await client.SendAsync("41");
        await client.SendAsync("40");
        Assert.StartsWith("40{", await client.ReceiveMessage());
        await client.Expect("""42["auth",{}]""");
    }

    [Fact]
    public async Task Leaving_one_namespace_leaves_the_other_alone()
    {
        using var client = await Joined();
        await client.SendAsync("40/custom");
        Assert.StartsWith("40/custom,{", await client.ReceiveMessage());
        await client.Expect("""42/custom,["auth",{}]""");
        await client.SendAsync("41/custom,");
        await client.SendAsync("""42["message",1]""");
        await client.Expect("""42["message-back",1]""");
    }

    [Theory]
    [InlineData("43999[]")]
    [InlineData("""43999["x",{}]""")]
    [InlineData("431[]")]
    [InlineData("430[]")]
    [InlineData("""42["nobody",1]""")]
    [InlineData("""4212["nobody"]""")]
    [InlineData("""450-["nobody"]""")]
    public async Task An_acknowledgement_that_was_not_asked_for_is_ignored(string packet)
    {
        using var client = await Joined();
        await client.SendAsync(packet);
        await client.SendAsync("""42["message",1]""");
        await client.Expect("""42["message-back",1]""");
    }

    [Theory]
    [InlineData("unknown type", "47")]
    [InlineData("unknown type", "4abc")]
    [InlineData("no packet", "4")]
    [InlineData("payload that is no array", "42{}")]
    [InlineData("payload that is no array", "42\"message\"")]
    [InlineData("no payload", "42")]
    [InlineData("empty payload", "42[]")]
    [InlineData("payload that is no JSON", "42[\"message\",")]
    [InlineData("payload that is nested too deep", "deep")]
    [InlineData("malformed ack id", """42abc["message-with-ack",1]""")]
    [InlineData("malformed ack id", """42-1["message-with-ack",1]""")]
    [InlineData("event for a namespace not joined", """42/custom,["message"]""")]
    [InlineData("event for an unknown namespace", """42/random,["message"]""")]
    [InlineData("second CONNECT", "40")]
    [InlineData("CONNECT_ERROR", """44{"message":"no"}""")]
    [InlineData("CONNECT payload that is no object", "40/custom,[]")]
    [InlineData("CONNECT payload that is no object", "40/custom,\"x\"")]
    [InlineData("reserved event name", """42["connect"]""")]
    [InlineData("reserved event name", """42["connect_error"]""")]
    [InlineData("reserved event name", """42["disconnect"]""")]
    [InlineData("reserved event name", """42["disconnecting"]""")]
    [InlineData("reserved event name", """42["newListener"]""")]
    [InlineData("reserved event name", """42["removeListener"]""")]
    [InlineData("binary without its header", "bin:010203")]
    [InlineData("text while attachments are pending", """451-["message",{"_placeholder":true,"num":0}]""", """42["message"]""")]
    [InlineData("header while attachments are pending", """451-["message"]""", """451-["message"]""")]
    [InlineData("placeholder out of range", """451-["message",{"_placeholder":true,"num":1}]""", "bin:01")]
    [InlineData("placeholder out of range", """451-["message",{"_placeholder":true,"num":-1}]""", "bin:01")]
    [InlineData("over ten attachments", """4511-["message"]""")]
    [InlineData("malformed attachments", """45["message"]""")]
    public async Task A_protocol_error_closes_the_connection(string why, params string[] packets)
    {
        using var client = await Joined();
        using var bystander = await Joined();
        foreach (var packet in packets) await client.SendShownAsync(packet == "deep" ? $"42[\"message\",{new string('[', 100_000)}" : packet);
        Assert.True((await client.ReadToEnd()).Count == 0, why);
        await bystander.SendAsync("""42["message",1]""");
        await bystander.Expect("""42["message-back",1]""");
    }

    [Theory]
    [InlineData("""42["message"]""")]
    [InlineData("43[]")]
    [InlineData("40[]")]
    [InlineData("40\"x\"")]
    [InlineData("bin:01")]
    public async Task A_packet_before_the_connect_closes_the_connection(string packet)
    {
        using var client = await SocketClient.Open(Host, Paths.Sockets);
        await client.SendShownAsync(packet);
        Assert.Empty(await client.ReadToEnd());
    }

    [Fact]
    public async Task A_protocol_error_closes_a_polling_session_too()
    {
        var session = await PollingSession.Open(Host, Paths.Sockets);
        await session.Post("40");
        await session.PollMessages();
        await session.Post("4abc");
        await Eventually.True(async () => (await session.Poll()).Status == 400, "the session is refused");
    }
}
