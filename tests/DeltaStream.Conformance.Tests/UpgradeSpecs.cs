using System.Diagnostics;

namespace DeltaStream.Conformance.Tests;

public sealed class UpgradeSpecs(CalmHost host) : ConformanceSpecs(host)
{
    private static readonly TimeSpan UpgradeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Moves a session to a WebSocket.</summary>
    internal static async Task<TestClient> Upgrade(ConformanceHost host, PollingSession session)
    {
        var socket = await Probe(host, session);
        await socket.SendAsync("5");
        Response poll;
        while ((poll = await session.Poll()).Status == 200)
        {
            if (poll.Body == "2") await socket.SendAsync("3");
        }
        return socket;
    }

    [Fact]
    public async Task A_session_moves_to_a_websocket()
    {
        var session = await PollingSession.Open(Host);
        (await session.Post("4before")).Is(200, "ok");
        Assert.Equal(["4before"], await session.PollMessages());
        using var socket = await Upgrade(Host, session);
        await socket.SendAsync("4after");
        await socket.SendBinaryAsync(1, 2);
        await socket.Expect("4after", "bin:0102");
    }

    [Fact]
    public async Task A_poll_that_waits_is_released_by_the_probe_and_later_ones_are_paced()
    {
        var session = await PollingSession.Open(Host);
        var waiting = session.Poll();
        await session.Post("3");
        using var socket = await Probe(Host, session);
        (await waiting).Is(200, "6");
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 3; i++) (await session.Poll()).Is(200, "6");
        Assert.True(clock.ElapsedMilliseconds > 150, $"three polls in {clock.Elapsed}: a client would spin");
    }

    [Fact]
    public async Task Between_probe_and_upgrade_data_goes_by_poll()
    {
        var session = await PollingSession.Open(Host);
        using var socket = await Probe(Host, session);
        for (var i = 0; i < 3; i++)
        {
            (await session.Post($"4{i}")).Is(200, "ok");
            Assert.Equal([$"4{i}"], await session.PollMessages());
        }
        await socket.SendAsync("5");
        await socket.SendAsync("4first on the websocket");
        Assert.Equal("4first on the websocket", await socket.ReceiveMessage());
    }

    [Fact]
    public async Task Packets_queued_at_the_upgrade_follow_on_the_websocket_in_order()
    {
        var session = await PollingSession.Open(Host);
        using var socket = await Probe(Host, session);
        var queued = Enumerable.Range(0, 30).Select(i => $"4{i}").ToArray();
        (await session.Post(string.Join('\x1e', queued))).Is(200, "ok");
        await socket.SendAsync("5");
        await socket.SendAsync("4behind");
        await socket.Expect([.. queued, "4behind"]);
    }

    [Fact]
    public async Task A_poll_that_waits_when_the_upgrade_lands_is_let_go()
    {
        var session = await PollingSession.Open(Host);
        using var socket = await Probe(Host, session);
        var waiting = session.Poll();
        await socket.SendAsync("5");
        var response = await waiting;
        // Refused where the upgrade was faster than the poll.
        if (response.Status == 200) Assert.Contains(response.Body, new[] { "1", "6" });
        else response.IsRefusal(400, 3, "Bad request");
        await socket.SendAsync("4on");
        await socket.Expect("4on");
    }

    [Fact]
    public async Task A_probe_that_is_closed_leaves_the_session_polling()
    {
        var session = await PollingSession.Open(Host);
        using (var socket = await Probe(Host, session)) await socket.CloseAsync();
        await session.GoesOn();
        using var second = await Upgrade(Host, session);
        await second.SendAsync("4on");
        await second.Expect("4on");
    }

    [Theory]
    [InlineData("4hello")]
    [InlineData("2")]
    [InlineData("2other")]
    [InlineData("5")]
    [InlineData("3probe")]
    [InlineData("1")]
    [InlineData("abc")]
    [InlineData("bin:01")]
    public async Task A_websocket_that_opens_with_anything_but_the_probe_is_dropped_alone(string first)
    {
        var session = await PollingSession.Open(Host);
        using var socket = await SocketClient.Connect(Host, session.WebSocketQuery);
        await socket.SendShownAsync(first);
        Assert.Null(await socket.ReceiveAsync());
        await session.GoesOn();
    }

    [Fact]
    public async Task A_second_websocket_of_an_upgraded_session_is_accepted_and_closed()
    {
        var session = await PollingSession.Open(Host);
        using var socket = await Upgrade(Host, session);
        using var second = await SocketClient.Connect(Host, session.WebSocketQuery);
        Assert.Null(await second.ReceiveAsync());
        await socket.SendAsync("4on");
        await socket.Expect("4on");
    }

    [Fact]
    public async Task A_second_websocket_of_a_session_that_began_on_one_is_accepted_and_closed()
    {
        using var socket = await SocketClient.Connect(Host, Paths.Engine + Paths.WebSocketQuery);
        var handshake = await socket.ReceiveAsync();
        var sid = handshake!.Split('"')[3];
        using var second = await SocketClient.Connect(Host, $"{Paths.Engine}{Paths.WebSocketQuery}&sid={sid}");
        Assert.Null(await second.ReceiveAsync());
        await socket.SendAsync("4on");
        await socket.Expect("4on");
    }

    [Fact]
    public async Task A_websocket_that_never_upgrades_is_dropped_after_the_timeout()
    {
        var session = await PollingSession.Open(Host);
        var clock = Stopwatch.StartNew();
        using var socket = await SocketClient.Connect(Host, session.WebSocketQuery);
        Assert.Null(await socket.ReceiveAsync());
        Assert.True(clock.Elapsed > UpgradeTimeout * 0.95, $"dropped after {clock.Elapsed}");
        await session.GoesOn();
    }

    [Fact]
    public async Task A_socket_io_client_keeps_its_namespaces_over_the_upgrade()
    {
        var session = await PollingSession.Open(Host, Paths.Sockets);
        (await session.Post("40")).Is(200, "ok");
        await session.PollMessages();
        using var socket = await Upgrade(Host, session);
        await socket.SendAsync("""420["message-with-ack",1]""");
        await socket.Expect("430[1]");
    }

    [Fact]
    public async Task A_connect_reply_that_waits_at_the_upgrade_follows_on_the_websocket()
    {
        var session = await PollingSession.Open(Host, Paths.Sockets);
        using var socket = await Probe(Host, session);
        (await session.Post("40")).Is(200, "ok");
        await socket.SendAsync("5");
        Assert.StartsWith("40{", await socket.ReceiveMessage());
        await socket.Expect("""42["auth",{}]""");
    }

    private static async Task<TestClient> Probe(ConformanceHost host, PollingSession session)
    {
        var socket = await SocketClient.Connect(host, session.WebSocketQuery);
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.ReceiveAsync());
        return socket;
    }
}
