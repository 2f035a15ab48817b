using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>Which requests a session takes in each of its states, and what it still says when it closes.</summary>
public sealed class SessionStateSpecs
{
    private const string Remote = "a WebSocket on another node";

    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(103);

    // state; what polls, POSTs and probes get (null: taken); the transport that requests are checked against; until when it is found
    public static TheoryData<string, int?, int?, bool, EngineTransport, bool> States => new()
    {
        { "opening", 1, 1, false, EngineTransport.Polling, false },
        { "polling", null, null, true, EngineTransport.Polling, false },
        { "probing", null, null, false, EngineTransport.Polling, false },
        { "probing, stale", null, null, true, EngineTransport.Polling, false },
        { "leaving", 3, 3, false, EngineTransport.WebSocket, false },
        { "upgraded", 3, 3, false, EngineTransport.WebSocket, false },
        { "last answer", 1, 1, false, EngineTransport.Polling, true },
        { "last answer, drained", 1, null, false, EngineTransport.Polling, true },
        { "moved", 1, 1, false, EngineTransport.WebSocket, true },
        { "gone", 1, 1, false, EngineTransport.Polling, false },
    };

    // reason; whether a poll waits; what that poll gets; what a later poll gets (null: unknown session)
    public static TheoryData<CloseReason, bool, string?, string?> Farewells => new()
    {
        { CloseReason.ClientClosed, true, "6", null },
        { CloseReason.ClientClosed, false, null, "6" },
        { CloseReason.ServerDraining, true, "4a", "" },
        { CloseReason.ServerDraining, false, null, "4a" },
        { CloseReason.SlowConsumer, true, "4a|1", null },
        { CloseReason.SlowConsumer, false, null, "4a|1" },
        { CloseReason.ServerError, false, null, "4a|1" },
        { CloseReason.ProtocolError, true, "4a|1", null },
        { CloseReason.ProtocolError, false, null, null },
        { CloseReason.PingTimeout, true, "4a|1", null },
        { CloseReason.PingTimeout, false, null, null },
        { CloseReason.TransportError, false, null, null },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Each_state_accepts_or_refuses_these_requests(string name, int? poll, int? post, bool mayProbe, EngineTransport transport, bool isFoundForAWhile)
    {
        var state = Make(name);
        Assert.Equal((poll, post), (state.PollRefusal?.Code, state.PostRefusal?.Code));
        Assert.Equal((mayProbe, transport), (state.MayProbe(Now), state.Transport));
        Assert.Equal(isFoundForAWhile ? Later : null, state.FoundUntil);
    }

    [Theory]
    [MemberData(nameof(Farewells))]
    public async Task A_polling_session_that_closes_answers_with_this(CloseReason reason, bool hasPoll, string? now, string? later)
    {
        foreach (var make in new Func<PollingQueue, SessionState>[]
        {
            queue => new SessionState.Polling(queue), queue => new SessionState.Probing(queue, Remote, Later), queue => new SessionState.Leaving(queue),
        })
        {
            var queue = new PollingQueue();
            if (hasPoll) queue.Cork();
            var poll = hasPoll ? queue.Park() : null;
            queue.WriteControl(EngineFixture.Message("a"));
            var closed = make(queue).Close(reason, Later);
            Assert.Equal(now, poll is null ? null : Text(await poll));
            Assert.Equal(later, closed is SessionState.LastAnswer last ? Text(last.Take()) : null);
            if (closed is SessionState.LastAnswer again) Assert.Empty(again.Take());
        }
    }

    [Fact]
    public void A_session_on_a_websocket_is_gone_when_it_closes_and_keeps_its_transports_name()
    {
        var closed = Make("upgraded").Close(CloseReason.ServerDraining, Later);
        Assert.Equal("websocket", Assert.IsType<SessionState.Gone>(closed).TransportName);
        Assert.Equal("polling", Make("polling").Close(CloseReason.PingTimeout, Later).TransportName);
    }

    private static SessionState Make(string name)
    {
        var queue = new PollingQueue();
        return name switch
        {
            "opening" => SessionState.Opening.Instance,
            "polling" => new SessionState.Polling(queue),
            "probing" => new SessionState.Probing(queue, Remote, Later),
            "probing, stale" => new SessionState.Probing(queue, Remote, Now - TimeSpan.FromSeconds(1)),
            "leaving" => new SessionState.Leaving(queue),
            "upgraded" => new SessionState.Upgraded(null!),
            "last answer" => new SessionState.LastAnswer([], isDrained: false, Later),
            "last answer, drained" => new SessionState.LastAnswer([], isDrained: true, Later),
            "moved" => new SessionState.Moved(Later),
            _ => new SessionState.Gone("polling"),
        };
    }

    private static string Text(IReadOnlyList<Frame> frames) =>
        string.Join('|', frames.Select(frame => Encoding.UTF8.GetString(WebSocketFrameWriter.PayloadOf(frame.Bytes.Span))));
}
