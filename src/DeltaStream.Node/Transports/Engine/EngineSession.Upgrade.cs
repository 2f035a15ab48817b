using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The session's change from polling to a WebSocket.</summary>
internal sealed partial class EngineSession
{
    /// <summary>How long a poll waits while the client tries to move: its open poll keeps it from moving.</summary>
    private static readonly TimeSpan ProbedPollTime = TimeSpan.FromMilliseconds(100);

    private object? _probe;
    private TimeSpan? _pollDue;

    /// <summary>A WebSocket's probe came.</summary>
    /// <returns>False where another probes already, or the session has moved or is closed.</returns>
    public bool TryBeginProbe(EngineWebSocket webSocket) => TryBeginProbe((object)webSocket);

    private bool TryBeginProbe(object probe)
    {
        lock (_gate)
        {
            DropStaleProbe();
            if (_closed is not null || _webSocket is not null || _isMoving || _probe is not null) return false;
            _probeEnds = _sessions.Deadlines.Now + _sessions.Settings.UpgradeTimeout;
            _probe = probe;
            _pollDue = _sessions.Deadlines.Now + ProbedPollTime;
            Reschedule();
            return true;
        }
    }

    /// <summary>The client moves to the WebSocket that it probed: what waits leaves on it, in order.</summary>
    public async ValueTask UpgradeAsync(EngineWebSocket webSocket)
    {
        bool isReady;
        Task posted;
        lock (_gate)
        {
            if (_closed is not null || _probe != webSocket) return;
            (_probe, _pollDue) = (null, null);
            _polling!.Answer(EngineFrames.Noop);
            isReady = webSocket.Connection.Sender.Write(_polling.TakeAll());
            Volatile.Write(ref _webSocket, webSocket);
            _polling = null;
            posted = _posting ? (_posted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
            Reschedule();
        }
        _sessions.OnUpgraded();
        if (isReady) _connection.Ready();
        // What a POST still brings in comes before what this WebSocket will.
        await posted;
    }

    /// <summary>A WebSocket of the session has ended.</summary>
    public void OnWebSocketEnded(EngineWebSocket webSocket, CloseReason reason)
    {
        lock (_gate)
        {
            if (_probe == webSocket) (_probe, _pollDue) = (null, null);
        }
        if (Volatile.Read(ref _webSocket) == webSocket) Close(reason);
    }

    /// <summary>Everything has left over the WebSocket.</summary>
    public void OnWebSocketReady(EngineWebSocket webSocket)
    {
        // Under the lock: the upgrade may still be about to make it the session's.
        bool isCurrent;
        lock (_gate) isCurrent = _webSocket == webSocket && _closed is null;
        if (isCurrent) _connection.Ready();
    }

    private void PaceProbedPoll(TimeSpan now)
    {
        if (_pollDue is not { } due || now < due) return;
        _pollDue = null;
        _polling?.ReleaseWith(EngineFrames.Noop);
    }
}
