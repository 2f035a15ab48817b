using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Plain;
using DeltaStream.SocketIO.Framing;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

public sealed class PlainLinkSpecs : IPlainApplication, IPlainConnection, ILinkListener, IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Deadlines _deadlines;
    private readonly WebSocketPair _pair;
    private readonly PlainLink _link;
    private readonly List<string> _heard = [];
    private CloseReason? _closedWith;
    private TaskCompletionSource? _held;
    private bool _isLetIn = true;
    private bool _isOpen = true;
    private Action _onFirstReady = () => { };
    private int _readies;

    public PlainLinkSpecs()
    {
        _deadlines = new Deadlines(_time, TimeSpan.FromMilliseconds(10));
        var settings = new TransportSettings { ConnectTimeout = TimeSpan.FromSeconds(10) };
        _pair = new WebSocketPair(_deadlines, settings, inStep: true);
        _link = new PlainLink(_pair.Server, "a token", this, _deadlines, settings);
    }

    public void Dispose() => _deadlines.Dispose();

    [Fact]
    public async Task A_silent_client_is_pinged_and_then_closed()
    {
        _ = _link.RunAsync();
        Advance(25);
        Assert.Equal(WebSocketOpcode.Ping, (await _pair.ReceiveAsync()).Opcode);
        Advance(19.9);
        Assert.False(_link.End.IsOver);

        Advance(0.1);
        Assert.Equal(1001, await _pair.ReceiveCloseAsync());
        Assert.Equal(CloseReason.PingTimeout, _closedWith);
    }

    [Theory]
    [InlineData(WebSocketOpcode.Pong, "")]
    [InlineData(WebSocketOpcode.Ping, "")]
    [InlineData(WebSocketOpcode.Text, """{"event":"x"}""")]
    public async Task Any_message_of_a_client_keeps_its_connection_alive(WebSocketOpcode opcode, string data)
    {
        _ = _link.RunAsync();
        for (var i = 0; i < 4; i++)
        {
            Advance(40);
            await _pair.SendAsync(opcode, System.Text.Encoding.UTF8.GetBytes(data));
        }

        Advance(20);
        Assert.False(_link.End.IsOver);
    }

    [Fact]
    public async Task A_refused_client_is_closed_before_its_messages_are_read()
    {
        _isLetIn = false;
        _ = _link.RunAsync();

        Assert.Equal(1012, await _pair.ReceiveCloseAsync());
        Assert.Equal(CloseReason.ServerDraining, _closedWith);
    }

    [Fact]
    public async Task A_client_that_sends_its_token_as_a_message_has_the_handshake_time_for_it()
    {
        _isOpen = false;
        _ = _link.RunAsync();
        await _pair.SendAsync("""{"event":"x"}""");
        await Eventually.True(() => _heard.Count == 1, "the message");
        Assert.Equal(0, _readies);
        Advance(9.9);
        Assert.False(_link.End.IsOver);

        Advance(0.1);
        Assert.Equal(4401, await _pair.ReceiveCloseAsync());
        Assert.Equal(CloseReason.Unauthorized, _link.End.Reason);
    }

    [Fact]
    public async Task The_handshake_time_does_not_run_while_a_client_waits_for_its_answer()
    {
        _isOpen = false;
        _held = new TaskCompletionSource();
        _ = _link.RunAsync();
        Advance(9);
        var sending = _pair.SendAsync("""{"event":"x"}""");
        await Eventually.True(() => _heard.Count == 1, "the message");
        Advance(100);
        _held.SetResult();
        await sending;
        Advance(0.9);
        Assert.False(_link.End.IsOver);

        Advance(0.2);
        Assert.Equal(CloseReason.Unauthorized, _link.End.Reason);
    }

    [Fact]
    public async Task A_client_that_sent_its_token_as_a_message_has_its_heartbeat()
    {
        _isOpen = false;
        _ = _link.RunAsync();
        await _pair.SendAsync("""{"event":"open"}""");
        await Eventually.True(() => _readies == 1, "it begins");
        Assert.Equal("a token", _link.BearerToken);
        Advance(25);
        Assert.False(_link.End.IsOver);
        Assert.Equal(WebSocketOpcode.Ping, (await _pair.ReceiveAsync()).Opcode);
    }

    [Fact]
    public async Task An_application_that_delays_reading_learns_of_the_end_at_once()
    {
        _held = new TaskCompletionSource();
        var running = _link.RunAsync();
        var sending = _pair.SendAsync("""{"event":"x"}""");
        await Eventually.True(() => _heard.Count == 1, "the message");
        _link.Close(CloseReason.SlowConsumer);
        Assert.Equal(CloseReason.SlowConsumer, _closedWith);

        _held.SetResult();
        await sending;
        Advance(3);
        await running.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_client_that_has_read_everything_before_it_is_read_from_gets_the_rest()
    {
        _onFirstReady = () =>
        {
            Assert.False(_link.Write([Frame(new string('x', 100_000))]));
            _pair.Drain();
        };
        _ = _link.RunAsync();
        Assert.Equal(2, _readies);
        Assert.Equal(100_000, (await _pair.ReceiveTextAsync()).Length);
    }

    private static Frame Frame(string text) => new(WebSocketFrameWriter.Text(System.Text.Encoding.UTF8.GetBytes(text)));

    private void Advance(double seconds)
    {
        for (var i = 0; i < seconds * 100; i++) _time.Advance(TimeSpan.FromMilliseconds(10));
    }

    IPlainConnection IPlainApplication.Open(IConnectionLink link) => this;

    bool IPlainConnection.IsOpen => _isOpen;

    ValueTask<bool> IPlainConnection.StartAsync()
    {
        if (_isOpen) _link.Attach(this);
        return new(_isLetIn);
    }

    async ValueTask IPlainConnection.ReceiveAsync(PlainMessage message)
    {
        _heard.Add(message.Event);
        if (message.Event == "open")
        {
            _isOpen = true;
            _link.Attach(this);
        }
        if (_held is not null) await _held.Task;
    }

    ValueTask IPlainConnection.ReceiveInvalidAsync(string why) => default;

    void ILinkListener.Ready()
    {
        if (_readies++ == 0) _onFirstReady();
    }

    void IPlainConnection.TooLarge() => _heard.Add("too large");

    void IPlainConnection.GiveUp() => _link.Close(CloseReason.Unauthorized);

    void ILinkListener.Ended(CloseReason reason) => _closedWith = reason;
}
