using System.Net;

namespace DeltaStream.Conformance.Tests;

public sealed class RefusalSpecs(CalmHost host) : ConformanceSpecs(host)
{
    [Theory]
    [InlineData("GET", "?transport=polling", 5, "Unsupported protocol version")]
    [InlineData("GET", "?EIO=3&transport=polling", 5, "Unsupported protocol version")]
    [InlineData("GET", "?EIO=abc&transport=polling", 5, "Unsupported protocol version")]
    [InlineData("POST", "?EIO=3&transport=polling", 5, "Unsupported protocol version")]
    [InlineData("GET", "?EIO=4", 0, "Transport unknown")]
    [InlineData("GET", "?EIO=4&transport=abc", 0, "Transport unknown")]
    [InlineData("POST", "?EIO=4&transport=polling", 2, "Bad handshake method")]
    [InlineData("PUT", "?EIO=4&transport=polling", 2, "Bad handshake method")]
    [InlineData("DELETE", "?EIO=4&transport=polling", 2, "Bad handshake method")]
    [InlineData("GET", "?EIO=4&transport=polling&sid=unknown", 1, "Session ID unknown")]
    [InlineData("POST", "?EIO=4&transport=polling&sid=unknown", 1, "Session ID unknown")]
    [InlineData("GET", "?EIO=4&transport=websocket", 3, "Bad request")]
    public async Task A_request_is_refused_with_its_status_and_json(string method, string query, int code, string message)
    {
        foreach (var path in new[] { Paths.Engine, Paths.Sockets })
        {
            (await Send(new HttpMethod(method), path + query)).IsRefusal(400, code, message);
        }
    }

    [Theory]
    [InlineData("?EIO=3&transport=websocket")]
    [InlineData("?transport=websocket")]
    [InlineData("?EIO=4&transport=abc")]
    [InlineData("?EIO=4")]
    [InlineData("?EIO=4&transport=polling")]
    [InlineData("?EIO=4&transport=websocket&sid=unknown")]
    public async Task A_websocket_is_refused_before_the_upgrade(string query) =>
        Assert.Equal(HttpStatusCode.BadRequest, await SocketClient.Refusal(Host, Paths.Engine + query));

    [Fact]
    public async Task A_plain_get_for_websocket_on_a_polling_session_is_a_bad_request()
    {
        var session = await PollingSession.Open(Host);
        (await Get(session.WebSocketQuery)).IsRefusal(400, 3, "Bad request");
        await session.GoesOn();
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_session_accepts_no_other_method(string method)
    {
        var session = await PollingSession.Open(Host);
        (await session.Send(new HttpMethod(method))).IsRefusal(400, 3, "Bad request");
        await session.GoesOn();
    }

    [Fact]
    public async Task Polling_on_an_upgraded_session_is_a_bad_request()
    {
        var session = await PollingSession.Open(Host);
        using var socket = await UpgradeSpecs.Upgrade(Host, session);
        (await session.Poll()).IsRefusal(400, 3, "Bad request");
        (await session.Post("4x")).IsRefusal(400, 3, "Bad request");
        await socket.SendAsync("4on");
        await socket.Expect("4on");
    }

    [Fact]
    public async Task A_refusal_over_one_session_leaves_the_others_alone()
    {
        var session = await PollingSession.Open(Host);
        var other = await PollingSession.Open(Host);
        await other.Post("!");
        await other.IsClosed();
        await session.GoesOn();
    }
}
