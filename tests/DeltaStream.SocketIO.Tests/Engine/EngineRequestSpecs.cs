using DeltaStream.SocketIO.Engine;

namespace DeltaStream.SocketIO.Tests.Engine;

public sealed class EngineRequestSpecs
{
    public static readonly TheoryData<string, string, bool, EngineTransport, string?> Good = new()
    {
        { "GET", "?EIO=4&transport=polling", false, EngineTransport.Polling, null },
        { "get", "EIO=4&transport=polling", false, EngineTransport.Polling, null },
        { "GET", "?EIO=4&transport=websocket", true, EngineTransport.WebSocket, null },
        { "GET", "?t=P1x&b64=1&j=0&x&=y&EIO=4&transport=polling&sid=", false, EngineTransport.Polling, null },
        { "GET", "?EIO=4&transport=polling&sid=a%2Db", false, EngineTransport.Polling, "a-b" },
        { "POST", "?EIO=4&transport=polling&sid=ab", false, EngineTransport.Polling, "ab" },
        { "GET", "?EIO=4&transport=websocket&sid=ab", true, EngineTransport.WebSocket, "ab" },
        { "GET", "?EIO=4&transport=polling&sid=first&sid=second&EIO=3", false, EngineTransport.Polling, "first" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_request_is_read_from_its_method_and_query(string method, string query, bool isWebSocket, EngineTransport transport, string? sid)
    {
        Assert.True(EngineRequest.TryParse(method, query, isWebSocket, out var request, out _));
        Assert.Equal((transport, sid, isWebSocket), (request.Transport, request.Sid, request.IsWebSocket));
        Assert.Equal(!request.IsGet, request.IsPost);
    }

    [Theory]
    [InlineData("GET", "", false, 5)]
    [InlineData("GET", null, false, 5)]
    [InlineData("GET", "?transport=polling", false, 5)]
    [InlineData("GET", "?EIO=3&transport=polling", false, 5)]
    [InlineData("GET", "?EIO=abc&transport=polling", false, 5)]
    [InlineData("GET", "?EIO=04&transport=polling", false, 5)]
    [InlineData("GET", "?eio=4&transport=polling", false, 5)]
    [InlineData("POST", "?EIO=3&transport=polling&sid=x", false, 5)]
    [InlineData("GET", "?EIO=3&transport=websocket", true, 5)]
    [InlineData("GET", "?EIO=4", false, 0)]
    [InlineData("GET", "?EIO=4&transport=", false, 0)]
    [InlineData("GET", "?EIO=4&transport=abc", false, 0)]
    [InlineData("GET", "?EIO=4&transport=Polling", false, 0)]
    [InlineData("GET", "?EIO=4&transport=webtransport", false, 0)]
    [InlineData("GET", "?EIO=4&transport=abc", true, 0)]
    [InlineData("POST", "?EIO=4&transport=polling", false, 2)]
    [InlineData("PUT", "?EIO=4&transport=polling", false, 2)]
    [InlineData("POST", "?EIO=4&transport=websocket", false, 2)]
    [InlineData("GET", "?EIO=4&transport=websocket", false, 3)]
    [InlineData("GET", "?EIO=4&transport=polling", true, 3)]
    public void A_request_is_refused_with_the_protocols_error(string method, string? query, bool isWebSocket, int code)
    {
        Assert.False(EngineRequest.TryParse(method, query, isWebSocket, out _, out var error));
        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData("GET", "polling", false, EngineTransport.Polling, null)]
    [InlineData("POST", "polling", false, EngineTransport.Polling, null)]
    [InlineData("GET", "websocket", true, EngineTransport.Polling, null)]
    [InlineData("GET", "websocket", true, EngineTransport.WebSocket, null)]
    [InlineData("GET", "polling", false, null, 1)]
    [InlineData("POST", "polling", false, null, 1)]
    [InlineData("GET", "websocket", true, null, 1)]
    [InlineData("GET", "websocket", false, null, 1)]
    [InlineData("GET", "polling", false, EngineTransport.WebSocket, 3)]
    [InlineData("POST", "polling", false, EngineTransport.WebSocket, 3)]
    [InlineData("GET", "websocket", false, EngineTransport.Polling, 3)]
    [InlineData("GET", "websocket", false, EngineTransport.WebSocket, 3)]
    [InlineData("PUT", "polling", false, EngineTransport.Polling, 3)]
    public void A_request_with_a_sid_must_fit_its_session(string method, string transport, bool isWebSocket, EngineTransport? current, int? code)
    {
        Assert.True(EngineRequest.TryParse(method, $"?EIO=4&transport={transport}&sid=s", isWebSocket, out var request, out _));
        Assert.Equal(code, request.CheckSession(current)?.Code);
    }
}
