using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Framing;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

public sealed class WebSocketConnectionSpecs : IDisposable
{
    private const int Room = 32 * 1024;
    private const int Chunk = 28 * 1024;

    private readonly FakeTimeProvider _time = new();
    private readonly Deadlines _deadlines;
    private readonly WebSocketPair _pair;
    private readonly Receiver _receiver = new();
    private readonly Task<CloseReason> _running;

    public WebSocketConnectionSpecs()
    {
        _deadlines = new Deadlines(_time, TimeSpan.FromMilliseconds(10));
        _pair = new WebSocketPair(_deadlines, new TransportSettings { MaxPayload = 1000 }, Room);
        Assert.True(_pair.Server.Sender.Attach(_receiver));
        _running = _pair.Server.RunAsync(_receiver);
    }

    public void Dispose() => _deadlines.Dispose();

    [Fact]
    public async Task Messages_come_in_order_and_one_at_a_time()
    {
        _receiver.Hold();
        await _pair.SendAsync("one");
        await _pair.SendAsync("two");

        await Eventually.True(() => _receiver.Messages.Count == 1, "the first message");
        Assert.Equal(["one"], _receiver.Messages);
        _receiver.Resume();
        await Eventually.True(() => _receiver.Messages.Count == 2, "the second message");
        Assert.Equal(["one", "two"], _receiver.Messages);
    }

    [Fact]
    public async Task A_ping_is_answered_with_its_data()
    {
        await _pair.SendAsync(WebSocketOpcode.Ping, "hi"u8.ToArray());

        var (opcode, data) = await _pair.ReceiveAsync();
        Assert.Equal((WebSocketOpcode.Pong, "hi"), (opcode, Encoding.UTF8.GetString(data)));
    }

    [Fact]
    public async Task A_close_frame_is_answered_and_ends_the_connection()
    {
        await _pair.SendAsync(WebSocketOpcode.Close, [0x0f, 0xa0]);

        Assert.Equal(4000, await _pair.ReceiveCloseAsync());
        Assert.Equal(CloseReason.ClientClosed, await _running);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_closed_with_1009()
    {
        await _pair.SendAsync(WebSocketOpcode.Text, new byte[1001]);

        Assert.Equal(1009, await _pair.ReceiveCloseAsync());
        await AdvanceUntilEnded();
        Assert.Equal(CloseReason.MessageTooLarge, await _running);
        Assert.Equal(["too large"], _receiver.Messages);
    }

    [Fact]
    public async Task A_frame_that_breaks_the_rules_is_closed_with_1002()
    {
        await _pair.SendAsync(WebSocketOpcode.Continuation, []);

        Assert.Equal(1002, await _pair.ReceiveCloseAsync());
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_the_close_is_aborted_after_two_seconds()
    {
        _pair.Server.Close(CloseReason.ServerDraining);

        Assert.Equal(1012, await _pair.ReceiveCloseAsync());
        _time.Advance(TimeSpan.FromMilliseconds(1980));
        Assert.False(_pair.IsAborted);
        _time.Advance(TimeSpan.FromMilliseconds(30));
        Assert.True(_pair.IsAborted);
        Assert.Equal(CloseReason.ServerDraining, await _running);
    }

    [Fact]
    public async Task A_broken_connection_ends_with_a_transport_error()
    {
        _pair.Break();

        Assert.Equal(CloseReason.TransportError, await _running);
    }

    [Fact]
    public async Task The_sender_stays_ready_when_the_connection_takes_the_frame_at_once()
    {
        Assert.True(_pair.Server.Sender.Write([Frame("one"), Frame("two")]));

        Assert.Equal("one", await _pair.ReceiveTextAsync());
        Assert.Equal("two", await _pair.ReceiveTextAsync());
        Assert.Equal(0, _receiver.Readies);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_the_pipes_limit_and_one_chunk_at_most()
    {
        Assert.False(_pair.Server.Sender.Write([Frame(new string('x', 1_000_000)), Frame("end")]));

        Assert.InRange(_pair.Unread, 1, Room + Chunk);
        Assert.Equal(1_000_000, (await _pair.ReceiveTextAsync()).Length);
        Assert.Equal("end", await _pair.ReceiveTextAsync());
        await Eventually.True(() => _receiver.Readies == 1, "ready");
    }

    [Fact]
    public async Task Control_frames_wait_for_the_end_of_a_half_sent_frame()
    {
        var big = new string('x', 100_000);
        Assert.False(_pair.Server.Sender.Write([Frame(big)]));
        await _pair.SendAsync(WebSocketOpcode.Ping, "hi"u8.ToArray());

        Assert.Equal(big, await _pair.ReceiveTextAsync());
        Assert.Equal(WebSocketOpcode.Pong, (await _pair.ReceiveAsync()).Opcode);
    }

    [Fact]
    public async Task A_client_that_pings_and_does_not_read_is_closed_as_a_slow_consumer()
    {
        _pair.Server.Sender.Write([Frame(new string('x', 100_000))]);
        for (var i = 0; i < 300; i++) await _pair.SendAsync(WebSocketOpcode.Ping, []);

        await Eventually.True(() => _pair.Server.End.IsOver, "closing");
        await AdvanceUntilEnded();
        Assert.Equal(CloseReason.SlowConsumer, await _running);
    }

    [Fact]
    public async Task A_slow_consumer_gets_close_code_4008_after_the_half_sent_frame()
    {
        var big = new string('x', 100_000);
        _pair.Server.Sender.Write([Frame(big), Frame("never sent")]);
        _pair.Server.Close(CloseReason.SlowConsumer);

        Assert.Equal(big, await _pair.ReceiveTextAsync());
        Assert.Equal(4008, await _pair.ReceiveCloseAsync());
    }

    [Fact]
    public async Task Nothing_is_sent_after_the_close_frame()
    {
        _pair.Server.Close(CloseReason.ServerDraining);
        Assert.False(_pair.Server.Sender.Write([Frame("late")]));

        await _pair.ReceiveCloseAsync();
        Assert.True(_pair.IsSilent);
    }

    [Fact]
    public async Task Writing_to_a_connection_that_is_gone_does_nothing()
    {
        _pair.Break();
        await _running;

        Assert.False(_pair.Server.Sender.Write([Frame("late")]));
        Assert.True(_pair.Server.Sender.WriteControl(Frame("late")));
    }

    [Fact]
    public void A_cancelled_timeout_closes_no_connection()
    {
        _pair.Server.CloseAfter(TimeSpan.FromSeconds(10));
        Assert.True(_pair.Server.TryCancelTimeout());
        // As from the timer, which may have taken it out before.
        _pair.Server.OnDue();
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(_pair.Server.End.IsOver);
    }

    [Fact]
    public void A_timeout_that_has_closed_the_connection_cannot_be_cancelled()
    {
        _pair.Server.CloseAfter(TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(10.1));
        Assert.True(_pair.Server.End.IsOver);
        Assert.False(_pair.Server.TryCancelTimeout());
        _time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.True(_pair.IsAborted);
    }

    [Fact]
    public void Cancelling_a_timeout_during_a_close_does_not_cancel_the_close_timeout()
    {
        var pairs = Enumerable.Range(0, 1000).Select(_ => new WebSocketPair(_deadlines, new TransportSettings())).ToArray();
        foreach (var pair in pairs) pair.Server.CloseAfter(TimeSpan.FromSeconds(10));
        using var start = new System.Threading.Barrier(2);
        var closing = new Thread(() => ForEach(pair => pair.Close(CloseReason.ServerDraining)));
        closing.Start();
        ForEach(pair => pair.TryCancelTimeout());
        closing.Join();
        _time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.All(pairs, pair => Assert.True(pair.IsAborted));

        void ForEach(Action<WebSocketConnection> act)
        {
            foreach (var pair in pairs)
            {
                start.SignalAndWait();
                act(pair.Server);
            }
        }
    }

    private async Task AdvanceUntilEnded() => await Eventually.True(() =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(100));
        return _running.IsCompleted;
    }, "the end");

    private static Frame Frame(string text) => new(WebSocketFrameWriter.Text(Encoding.UTF8.GetBytes(text)));

    private sealed class Receiver : IWebSocketReceiver, ILinkListener
    {
        private TaskCompletionSource? _held;
        private int _readies;

        public List<string> Messages { get; } = [];

        public int Readies => Volatile.Read(ref _readies);

        public void Hold() => _held = new TaskCompletionSource();

        public void Resume() => _held!.SetResult();

        public async ValueTask OnMessageAsync(WebSocketMessage message)
        {
            Messages.Add(Encoding.UTF8.GetString(message.Data.Span));
            if (_held is not null) await _held.Task;
        }

        public void OnTooLarge() => Messages.Add("too large");

        public void Ready() => Interlocked.Increment(ref _readies);

        public void Ended(CloseReason reason) { }
    }
}
