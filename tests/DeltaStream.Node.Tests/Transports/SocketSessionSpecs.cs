using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Sockets;
using DeltaStream.SocketIO;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>How long a client may take to join, in virtual time; the spec is its link, and what speaks over Socket.IO.</summary>
public sealed class SocketSessionSpecs : ISocketApplication, ISocketConnection, IEngineLink, IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Deadlines _deadlines;
    private readonly SocketSession _session;
    private readonly Queue<TaskCompletionSource<SocketAdmission>> _asked = new();
    private CloseReason? _closedWith;
    private readonly ConnectionEnd _end = new();
    private int _missed;

    public SocketSessionSpecs()
    {
        _deadlines = new Deadlines(_time, TimeSpan.FromMilliseconds(10));
        _session = new SocketSession(this, this, _deadlines, TimeSpan.FromSeconds(10), () => _missed++);
    }

    public void Dispose() => _deadlines.Dispose();

    [Fact]
    public void A_client_that_does_not_connect_in_time_is_closed_and_counted()
    {
        Advance(9.9);
        Assert.Null(_closedWith);
        Advance(0.2);
        Assert.Equal((CloseReason.PingTimeout, 1), (_closedWith, _missed));
    }

    [Fact]
    public async Task The_connect_timeout_does_not_run_while_a_client_waits_for_its_answer()
    {
        Advance(9);
        var connecting = Connect();
        Advance(100);
        Assert.Null(_closedWith);
        _asked.Dequeue().SetResult(SocketAdmission.Accept("sid"));
        await connecting;
        Advance(100);
        Assert.Equal((null, 0), (_closedWith, _missed));
    }

    [Fact]
    public async Task A_refused_client_has_the_rest_of_its_time_to_try_again()
    {
        Advance(6);
        for (var i = 0; i < 2; i++)
        {
            var connecting = Connect();
            Advance(30);
            _asked.Dequeue().SetResult(SocketAdmission.Refuse("no"));
            await connecting;
            Advance(1.9);
            Assert.Null(_closedWith);
        }

        Advance(0.3);
        Assert.Equal((CloseReason.PingTimeout, 1), (_closedWith, _missed));
    }

    [Fact]
    public async Task A_client_that_has_gone_before_its_answer_is_not_counted()
    {
        var connecting = Connect();
        _end.TryEnd(CloseReason.TransportError);
        _asked.Dequeue().SetResult(SocketAdmission.Refuse("no"));
        await connecting;
        Advance(100);
        Assert.Equal((null, 0), (_closedWith, _missed));
    }

    [Fact]
    public void A_client_that_has_gone_is_not_kept_for_its_timeout()
    {
        _end.TryEnd(CloseReason.TransportError);
        _end.Announce();
        Assert.Equal(0, _deadlines.Count);
    }

    private Task Connect() => _session.ReceiveAsync("0"u8.ToArray(), isBinary: false).AsTask();

    private void Advance(double seconds)
    {
        for (var i = 0; i < seconds * 100; i++) _time.Advance(TimeSpan.FromMilliseconds(10));
    }

    ISocketConnection ISocketApplication.Open(IConnectionLink link) => this;

    ValueTask<SocketAdmission> ISocketConnection.ConnectAsync(string ns, ReadOnlyMemory<byte> payload)
    {
        _asked.Enqueue(new TaskCompletionSource<SocketAdmission>());
        return new(_asked.Last().Task);
    }

    void ISocketConnection.Connected(string ns) { }

    ValueTask ISocketConnection.EventAsync(SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments) => default;

    void ISocketConnection.Disconnected(string ns) { }

    ValueTask ISocketConnection.WhenHandledAsync() => default;

    string IConnectionLink.Transport => TransportName.WebSocket;

    string? IConnectionLink.BearerToken => null;

    int IConnectionLink.MaxBatch => 64;

    ConnectionEnd IConnectionLink.End => _end;

    void IConnectionLink.Attach(ILinkListener listener) { }

    bool IConnectionLink.Write(IReadOnlyList<Frame> frames) => true;

    void IConnectionLink.Close(CloseReason reason) => _closedWith = reason;

    void IEngineLink.WriteControl(Frame frame) { }
}
