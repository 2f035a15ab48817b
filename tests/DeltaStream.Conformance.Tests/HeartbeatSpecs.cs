using System.Diagnostics;

namespace DeltaStream.Conformance.Tests;

public sealed class HeartbeatSpecs(ConformanceHost host) : ConformanceSpecs(host)
{
    private static readonly TimeSpan Deadline = ConformanceHost.PingInterval + ConformanceHost.PingTimeout;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    // What a timer may be early by.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(25);

    [Fact]
    public Task A_websocket_that_answers_its_pings_stays() => Wait.Punctual(async () =>
    {
        using var client = await SocketClient.Open(Host);
        var clock = Stopwatch.StartNew();
        for (var i = 1; i <= 4; i++)
        {
            Assert.Equal("2", await client.ReceiveAsync());
            Assert.True(clock.Elapsed > (ConformanceHost.PingInterval * i) - Tolerance, $"ping {i} after {clock.Elapsed}");
            await client.SendAsync("3");
        }
        await client.SendAsync("4still here");
        await client.Expect("4still here");
    });

    [Fact]
    public Task A_poll_is_pinged_again_and_again() => Wait.Punctual(async () =>
    {
        var session = await PollingSession.Open(Host);
        for (var i = 0; i < 3; i++)
        {
            (await session.Poll()).Is(200, "2");
            (await session.Post("3")).Is(200, "ok");
        }
        await session.GoesOn();
    });

    [Fact]
    public Task A_websocket_without_pongs_is_closed_at_its_deadline_whatever_else_it_sends() => Wait.Punctual(async () =>
    {
        var clock = Stopwatch.StartNew();
        using var client = await SocketClient.Open(Host);
        string? message;
        await client.SendAsync("4x");
        while ((message = await client.ReceiveAsync()) is not null)
        {
            // Traffic is no pong.
            if (message == "4x") await client.SendAsync("4x");
        }
        Assert.True(clock.Elapsed > Deadline - Tolerance, $"closed after {clock.Elapsed}");
        Assert.True(clock.Elapsed < Deadline * 6, $"closed after {clock.Elapsed}");
    });

    [Fact]
    public async Task A_polling_session_is_gone_after_its_deadline()
    {
        var session = await PollingSession.Open(Host);
        var second = await PollingSession.Open(Host);
        // Opened later and never answering: when it is closed, the deadline of both sessions has passed.
        using var clock = await SocketClient.Open(Host);
        while (await clock.ReceiveAsync() is not null) { }
        (await session.Post("3")).IsUnknownSession();
        (await second.Poll()).IsUnknownSession();
    }

    [Fact]
    public async Task A_request_that_comes_twenty_milliseconds_late_is_too_late()
    {
        var beforeOpening = Stopwatch.StartNew();
        var session = await PollingSession.Open(Host);
        var afterOpening = Stopwatch.StartNew();
        while (true)
        {
            var sent = afterOpening.Elapsed;
            // Refused as a bad request while there is a session, as an unknown one from then on; it prolongs nothing.
            var response = await session.Send(HttpMethod.Put);
            if (response.Body.Contains("Session ID unknown", StringComparison.Ordinal)) break;
            response.IsRefusal(400, 3, "Bad request");
            Assert.True(sent < Deadline + TimeSpan.FromMilliseconds(20), $"still there after {sent}");
        }
        Assert.True(beforeOpening.Elapsed > Deadline - Tolerance, $"gone after {beforeOpening.Elapsed}");
    }

    [Fact]
    public Task A_waiting_poll_of_an_expired_session_does_not_wait_for_ever() => Wait.Punctual(async () =>
    {
        var session = await PollingSession.Open(Host);
        (await session.Poll()).Is(200, "2");
        await session.Poll();
        await session.IsClosed();
    });

    [Fact]
    public Task The_deadline_counts_from_the_last_pong() => Wait.Punctual(async () =>
    {
        using var client = await SocketClient.Open(Host);
        Assert.Equal("2", await client.ReceiveAsync());
        await client.SendAsync("3");
        var clock = Stopwatch.StartNew();
        while (await client.ReceiveAsync() is not null) { }
        Assert.True(clock.Elapsed > Deadline - Tolerance, $"closed after {clock.Elapsed}");
    });

    [Fact]
    public Task The_heartbeat_continues_over_the_upgrade() => Wait.Punctual(async () =>
    {
        var session = await PollingSession.Open(Host);
        using var socket = await UpgradeSpecs.Upgrade(Host, session);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("2", await socket.ReceiveAsync());
            await socket.SendAsync("3");
        }
    });

    [Fact]
    public Task A_client_that_never_connects_is_closed() => Wait.Punctual(async () =>
    {
        using var client = await SocketClient.Open(Host, Paths.Sockets);
        var clock = Stopwatch.StartNew();
        Assert.Empty(await client.ReadToEnd());
        Assert.True(clock.Elapsed > ConnectTimeout * 0.9, $"closed after {clock.Elapsed}");
        var session = await PollingSession.Open(Host, Paths.Sockets);
        await Eventually.True(async () => (await session.Poll()).Status == 400 || (await session.Post("3")).Status == 400, "the session is refused");
    });

    [Fact]
    public Task Queued_packets_leave_before_the_connection_is_closed() => Wait.Punctual(async () =>
    {
        using var client = await SocketClient.Open(Host, Paths.Sockets);
        await client.SendAsync("40/random");
        Assert.Equal(["""44/random,{"message":"Invalid namespace"}"""], await client.ReadToEnd());
    });
}
