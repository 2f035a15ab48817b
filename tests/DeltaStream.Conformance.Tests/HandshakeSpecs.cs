using System.Text.RegularExpressions;

namespace DeltaStream.Conformance.Tests;

public sealed partial class HandshakeSpecs(ConformanceHost host) : ConformanceSpecs(host)
{
    [Theory]
    [InlineData("/engine.io/")]
    [InlineData("/engine.io")]
    [InlineData("/socket.io/")]
    [InlineData("/socket.io")]
    public async Task Polling_opens_with_exactly_five_fields(string path)
    {
        var response = await Get(path + Paths.PollingQuery);
        Assert.Equal(200, response.Status);
        Assert.Matches(PollingHandshake(), response.Body);
        Assert.Equal("text/plain; charset=UTF-8", response.Content.ContentType?.ToString());
        Assert.Equal("no-store", response.Header("Cache-Control"));
    }

    [Theory]
    [InlineData("/engine.io/")]
    [InlineData("/engine.io")]
    [InlineData("/socket.io/")]
    [InlineData("/socket.io")]
    public async Task A_websocket_opens_without_upgrades(string path)
    {
        using var client = await SocketClient.Connect(Host, path + Paths.WebSocketQuery);
        Assert.Matches(WebSocketHandshake(), await client.ReceiveAsync());
    }

    [Fact]
    public async Task Unknown_query_parameters_are_ignored()
    {
        Assert.Equal(200, (await Get("/engine.io/?t=Pxy12&b64=1&EIO=4&transport=polling&x=%20&&y")).Status);
        using var client = await SocketClient.Connect(Host, "/engine.io/?foo=bar&EIO=4&transport=websocket");
        Assert.StartsWith("0{", await client.ReceiveAsync());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    public async Task The_host_answers_on_both_loopback_addresses(string address)
    {
        using var client = await SocketClient.Connect(Host, Paths.Engine + Paths.WebSocketQuery, address);
        Assert.StartsWith("0{", await client.ReceiveAsync());
    }

    [Fact]
    public async Task Each_session_has_a_sid_of_its_own()
    {
        var sids = new HashSet<string>();
        for (var i = 0; i < 20; i++) sids.Add((await PollingSession.Open(Host)).Sid);
        Assert.Equal(20, sids.Count);
    }

    [Fact]
    public async Task A_connect_reply_holds_only_a_sid_that_is_neither_the_engines_nor_another_namespaces()
    {
        var session = await PollingSession.Open(Host, Paths.Sockets);
        (await session.Post("40\x1e" + "40/custom,")).Is(200, "ok");
        var packets = await session.PollMessages();
        var root = Assert.Single(packets, packet => ConnectReply().IsMatch(packet));
        var custom = Assert.Single(packets, packet => CustomConnectReply().IsMatch(packet));
        string[] sids = [session.Sid, ConnectReply().Match(root).Groups[1].Value, CustomConnectReply().Match(custom).Groups[1].Value];
        Assert.Equal(3, sids.Distinct().Count());
    }

    [GeneratedRegex("""^0\{"sid":"[^"]+","upgrades":\["websocket"\],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000\}$""")]
    private static partial Regex PollingHandshake();

    [GeneratedRegex("""^0\{"sid":"[^"]+","upgrades":\[\],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000\}$""")]
    private static partial Regex WebSocketHandshake();

    [GeneratedRegex("""^40\{"sid":"([^"]+)"\}$""")]
    private static partial Regex ConnectReply();

    [GeneratedRegex("""^40/custom,\{"sid":"([^"]+)"\}$""")]
    private static partial Regex CustomConnectReply();
}
