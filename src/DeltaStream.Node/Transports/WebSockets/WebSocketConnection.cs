using System.IO.Pipelines;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>
/// One WebSocket (RFC 6455) on an upgraded connection. It reads messages, answers pings and close frames, and closes. Between two
/// messages it holds no memory for reading.
/// </summary>
internal sealed class WebSocketConnection : IDeadline
{
    private static readonly TimeSpan LingerTime = TimeSpan.FromMilliseconds(250);

    private readonly PipeReader _pipe;
    private readonly Action _abort;
    private readonly Deadlines _deadlines;
    private readonly TimeSpan _closeTimeout;
    private readonly WebSocketFrameReader _reader;
    private bool _lingering;
    private bool _closesLater;

    /// <param name="pipe">The connection's bytes; only the reading side is used.</param>
    /// <param name="sender">The connection's sending side.</param>
    /// <param name="abort">Breaks the connection.</param>
    /// <param name="deadlines">The timer of the connections.</param>
    /// <param name="settings">Limits and times.</param>
    /// <param name="deflates">Whether permessage-deflate was agreed on.</param>
    public WebSocketConnection(PipeReader pipe, WebSocketSender sender, Action abort, Deadlines deadlines, TransportSettings settings, bool deflates = false)
    {
        Sender = sender;
        _pipe = pipe;
        _abort = abort;
        _deadlines = deadlines;
        _closeTimeout = settings.CloseTimeout;
        _reader = new WebSocketFrameReader(settings.MaxPayload, deflates);
    }

    public WebSocketSender Sender { get; }

    /// <summary>The end of the WebSocket: closing has begun, or the connection broke.</summary>
    public ConnectionEnd End => Sender.End;

    /// <summary>Reads until the connection ends; never throws.</summary>
    /// <returns>The reason for the end.</returns>
    public async Task<CloseReason> RunAsync(IWebSocketReceiver receiver)
    {
        try
        {
            await ReadAllAsync(receiver);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection broke.
        }
        // A client that has ended its sending side and does not read must not keep the connection open.
        if (End.TryEnd(CloseReason.TransportError)) _deadlines.Schedule(this, _deadlines.Now + _closeTimeout);
        await Sender.WhenSentAsync();
        Sender.Stop();
        _deadlines.Cancel(this);
        _reader.Dispose();
        return End.Reason!;
    }

    /// <summary>Begins to close: the waiting frames leave, then the close frame. The peer has a short time to answer it.</summary>
    public void Close(CloseReason reason) => Close(reason, reason.WebSocketCode, "");

    /// <summary>Closes after this time, unless <see cref="TryCancelTimeout"/> is called first.</summary>
    public void CloseAfter(TimeSpan timeout)
    {
        Volatile.Write(ref _closesLater, true);
        _deadlines.Schedule(this, _deadlines.Now + timeout);
    }

    /// <summary>
    /// Cancels <see cref="CloseAfter"/>. The timer keeps its entry, because the entry may by now belong to the close; otherwise it
    /// does nothing.
    /// </summary>
    /// <returns>False if closing has begun.</returns>
    public bool TryCancelTimeout() => Interlocked.Exchange(ref _closesLater, false) && !End.IsOver;

    public void OnDue()
    {
        if (!End.IsOver)
        {
            if (Interlocked.Exchange(ref _closesLater, false)) Close(CloseReason.PingTimeout);
        }
        else if (Volatile.Read(ref _lingering)) _pipe.CancelPendingRead();
        else _abort();
    }

    public void OnFault() => _abort();

    private void Close(CloseReason reason, int code, string text)
    {
        if (!End.TryEnd(reason)) return;
        _deadlines.Schedule(this, _deadlines.Now + _closeTimeout);
        // A client that does not read may still get this frame if no other frame comes before it.
        Sender.WriteLast(new Frame(WebSocketFrameWriter.Close(code, text)), dropsWaiting: reason == CloseReason.SlowConsumer);
    }

    private async Task ReadAllAsync(IWebSocketReceiver receiver)
    {
        while (true)
        {
            var result = await _pipe.ReadAsync();
            var rest = result.Buffer;
            try
            {
                while (true)
                {
                    var status = _reader.TryRead(ref rest, out var message);
                    if (status == WebSocketReadStatus.NeedMore) break;
                    if (status == WebSocketReadStatus.Failed)
                    {
                        if (_reader.Failure == WebSocketFailure.TooBig && !End.IsOver) receiver.OnTooLarge();
                        Fail(_reader.Failure!);
                        break;
                    }
                    if (!await TakeAsync(receiver, message)) return;
                }
            }
            finally
            {
                _pipe.AdvanceTo(_reader.Failure is null ? rest.Start : rest.End, rest.End);
            }
            if (_reader.Failure is not null) await LingerAsync();
            if (_reader.Failure is not null || result.IsCompleted) return;
        }
    }

    /// <summary>
    /// Discards the messages that a client sends after a protocol error. A close with unread bytes would reset the connection, and
    /// the client might never see the close frame.
    /// </summary>
    private async Task LingerAsync()
    {
        Volatile.Write(ref _lingering, true);
        _deadlines.Schedule(this, _deadlines.Now + LingerTime);
        ReadResult result;
        do
        {
            result = await _pipe.ReadAsync();
            _pipe.AdvanceTo(result.Buffer.End);
        }
        while (!result.IsCompleted && !result.IsCanceled);
        Volatile.Write(ref _lingering, false);
        _deadlines.Schedule(this, _deadlines.Now + _closeTimeout);
    }

    private void Fail(WebSocketFailure failure) => Close(
        failure == WebSocketFailure.TooBig ? CloseReason.MessageTooLarge : CloseReason.ProtocolError, failure.CloseCode, failure.Reason);

    /// <returns>False if the connection must stop reading.</returns>
    private async ValueTask<bool> TakeAsync(IWebSocketReceiver receiver, WebSocketMessage message)
    {
        receiver.OnAlive();
        switch (message.Opcode)
        {
            case WebSocketOpcode.Close:
                Close(CloseReason.ClientClosed, message.CloseCode == WebSocketCloseCode.NoStatus ? WebSocketCloseCode.Normal : message.CloseCode, "");
                return false;
            case WebSocketOpcode.Ping:
                if (!Sender.WriteControl(new Frame(WebSocketFrameWriter.Pong(message.Data.Span)))) Close(CloseReason.SlowConsumer);
                return true;
            case WebSocketOpcode.Pong:
                return true;
            default:
                // Messages after the gateway's close frame are dropped.
                if (!End.IsOver) await receiver.OnMessageAsync(message);
                return true;
        }
    }
}
