using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The session's polls and posts.</summary>
internal sealed partial class EngineSession
{
    private IReadOnlyList<Frame>? _farewell;
    private TimeSpan _farewellEnds;
    private bool _posting;
    private TaskCompletionSource? _posted;
    private bool _drainsAfterPost;

    /// <summary>Whether it has gone from polling because the node stops.</summary>
    private bool IsDrained => _closed == CloseReason.ServerDraining && _webSocket is null && !_isMoving;

    /// <summary>Waits for something to say, at least one frame and at most what one response may hold.</summary>
    /// <returns>The frames, or why the poll is refused.</returns>
    public async Task<(IReadOnlyList<Frame>? Frames, EngineError? Refusal)> PollAsync(CancellationToken aborted)
    {
        CloseIfExpired();
        if (!TryPark(out var poll, out var corked, out var farewell, out var refusal)) return farewell is null ? (null, refusal) : AnswerOf(farewell);
        _connection.Ready();
        if (corked)
        {
            // Something of the protocol's own waits: what the application has due leaves with it.
            await _connection.SettleAsync();
            Uncork();
        }
        using var registration = aborted.UnsafeRegister(_ => OnPollAborted(poll), null);
        return AnswerOf(await poll);
    }

    /// <summary>A POST begins. Every one that was let in is ended by <see cref="EndPost"/>.</summary>
    /// <returns>Why it is refused, or null.</returns>
    public EngineError? BeginPost()
    {
        CloseIfExpired();
        lock (_gate)
        {
            // A POST that meets the drain is let in and not listened to, as what is sent to a WebSocket that closes: python-socketio comes
            // back from a poll that is refused, and after a POST that is refused it does not.
            if (_closed is not null) return IsDrained ? null : EngineError.SessionIdUnknown;
            if (_webSocket is not null || _isMoving) return EngineError.BadRequest;
            if (!_posting)
            {
                _posting = true;
                return null;
            }
        }
        // Two at once: nobody could say in which order.
        Close(CloseReason.ProtocolError);
        return EngineError.BadRequest;
    }

    /// <summary>Takes a POST's packets; completes once what they caused is queued.</summary>
    /// <returns>False where one is no packet, or the session was closed before otherwise than by a drain.</returns>
    public async Task<bool> ReceiveAsync(ReadOnlyMemory<byte> body)
    {
        lock (_gate)
        {
            if (_closed is not null) return IsDrained;
            _polling?.Cork();
        }
        var reader = new PollingPayloadReader(body);
        var status = PollingReadStatus.Packet;
        while (Volatile.Read(ref _closed) is null && (status = reader.Read(out var packet)) == PollingReadStatus.Packet)
            await ReceiveAsync(packet);
        if (status == PollingReadStatus.Malformed) Close(CloseReason.ProtocolError);
        await _connection.SettleAsync();
        Uncork();
        return status != PollingReadStatus.Malformed;
    }

    /// <summary>A POST is over.</summary>
    public void EndPost()
    {
        bool drains;
        lock (_gate)
        {
            _posting = false;
            _posted?.TrySetResult();
            drains = _drainsAfterPost;
        }
        if (drains) Close(CloseReason.ServerDraining);
    }

    private static (IReadOnlyList<Frame>? Frames, EngineError? Refusal) AnswerOf(IReadOnlyList<Frame> frames) =>
        frames.Count > 0 ? (frames, null) : (null, EngineError.SessionIdUnknown);

    /// <summary>What a client has begun to post is taken, and answered, before the node lets it go.</summary>
    private bool WaitsForPost(CloseReason reason)
    {
        if (reason != CloseReason.ServerDraining || !_posting || _webSocket is not null || _isMoving) return false;
        return _drainsAfterPost = true;
    }

    private bool TryPark(
        out Task<IReadOnlyList<Frame>> poll, out bool corked, out IReadOnlyList<Frame>? farewell, out EngineError? refusal)
    {
        (poll, corked, farewell, refusal) = (null!, false, null, null);
        lock (_gate)
        {
            if (_closed is not null)
            {
                (farewell, _farewell) = (_farewell, null);
                if (farewell is null) refusal = EngineError.SessionIdUnknown;
                return false;
            }
            refusal = EngineError.BadRequest;
            if (_webSocket is not null || _isMoving) return false;
            if (!_polling!.IsParked)
            {
                refusal = null;
                corked = _polling.Count > 0;
                if (corked) _polling.Cork();
                poll = _polling.Park();
                DropStaleProbe();
                if (_probe is not null) _pollDue = _sessions.Deadlines.Now + ProbedPollTime;
                Reschedule();
                return true;
            }
        }
        // Two at once: the first is told of the end, the second that it should not be.
        Close(CloseReason.ProtocolError);
        return false;
    }

    private void Uncork()
    {
        lock (_gate) _polling?.Uncork();
    }

    private void OnPollAborted(Task<IReadOnlyList<Frame>> poll)
    {
        lock (_gate)
        {
            if (_polling is null || !_polling.IsWaiting(poll)) return;
        }
        Close(CloseReason.TransportError);
    }
}
