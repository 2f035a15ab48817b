using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO.Engine;
using static DeltaStream.Node.Transports.Engine.SessionState;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>
/// Carries a session's packets, and upgrades from polling to a WebSocket. It holds the <see cref="SessionState"/> and its lock. A
/// write on a WebSocket does not take this lock.
/// </summary>
internal sealed class SessionTransport(ConnectionEnd end, Deadlines deadlines) : IDeadline
{
    /// <summary>The time for which a waiting poll may delay the upgrade of a probing client.</summary>
    private static readonly TimeSpan ProbedPollTime = TimeSpan.FromMilliseconds(100);

    /// <summary>The time for which late requests learn that the session has moved to another node.</summary>
    private static readonly TimeSpan MovedMemory = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private volatile SessionState _state = Opening.Instance;
    private ILinkListener? _listener;
    private TaskCompletionSource? _post;
    private bool _drainsAfterPost;

    public SessionState State => _state;

    public void Start(SessionState state) => _state = state;

    /// <summary>Sets the listener, which is called when the application may write.</summary>
    public void Attach(ILinkListener listener)
    {
        bool isReady;
        lock (_gate)
        {
            _listener = listener;
            isReady = _state is Upgraded upgraded ? upgraded.WebSocket.Sender.Attach(listener) : _state.Queue is { HasRoom: true };
        }
        if (isReady) listener.Ready();
    }

    /// <summary>Sends an application's frames.</summary>
    /// <returns>Whether the application may write again at once.</returns>
    public bool Write(IReadOnlyList<Frame> frames)
    {
        if (_state is Upgraded upgraded) return upgraded.WebSocket.Sender.Write(frames);
        lock (_gate)
        {
            if (end.IsOver) return false;
            return _state is Upgraded now ? now.WebSocket.Sender.Write(frames) : _state.Queue!.Write(frames);
        }
    }

    /// <summary>Sends a frame of the protocol itself.</summary>
    /// <returns>False if too many frames wait.</returns>
    public bool WriteControl(Frame frame)
    {
        lock (_gate)
        {
            if (end.IsOver) return true;
            return _state is Upgraded upgraded ? upgraded.WebSocket.Sender.WriteControl(frame) : _state.Queue!.WriteControl(frame);
        }
    }

    /// <summary>Lets a poll wait.</summary>
    /// <param name="isCorked">True if frames already wait. The caller then calls <see cref="Uncork"/> when the application's frames are with them.</param>
    /// <param name="refusal">The reason for a refusal; null for a second poll at once, which closes the session.</param>
    /// <returns>The answer; null if the poll is refused.</returns>
    public Task<IReadOnlyList<Frame>>? Park(out bool isCorked, out EngineError? refusal)
    {
        (isCorked, refusal) = (false, null);
        Task<IReadOnlyList<Frame>> poll;
        ILinkListener? listener;
        lock (_gate)
        {
            if (_state is LastAnswer last) return Task.FromResult(last.Take());
            if ((refusal = _state.PollRefusal) is not null) return null;
            var queue = _state.Queue!;
            if (queue.HasPoll) return null;
            isCorked = !queue.IsEmpty;
            if (isCorked) queue.Cork();
            poll = queue.Park();
            if (_state is Probing probing)
            {
                if (probing.IsStale(deadlines.Now)) _state = new Polling(queue);
                else EndPollSoon(probing);
            }
            listener = _listener;
        }
        listener?.Ready();
        return poll;
    }

    /// <summary>Whether this poll still waits.</summary>
    public bool IsWaiting(Task<IReadOnlyList<Frame>> poll)
    {
        lock (_gate) return _state.Queue?.IsWaiting(poll) ?? false;
    }

    /// <summary>Undoes the cork of a poll or a POST.</summary>
    public void Uncork()
    {
        lock (_gate) _state.Queue?.Uncork();
    }

    /// <summary>Begins a POST; the caller ends it with <see cref="EndPost"/>.</summary>
    /// <param name="refusal">The reason for a refusal; null for a second POST at once, which closes the session.</param>
    public bool TryBeginPost(out EngineError? refusal)
    {
        lock (_gate)
        {
            if ((refusal = _state.PostRefusal) is not null || _post is not null) return false;
            if (!end.IsOver) _post = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    /// <summary>Holds the waiting poll back until <see cref="Uncork"/>, so that all answers to a POST leave together.</summary>
    public void Cork()
    {
        lock (_gate) _state.Queue?.Cork();
    }

    /// <summary>Ends a POST.</summary>
    /// <returns>Whether the drain of the session waited for the POST.</returns>
    public bool EndPost()
    {
        lock (_gate)
        {
            _post?.SetResult();
            _post = null;
            return _drainsAfterPost;
        }
    }

    /// <summary>A WebSocket, on this node or another, has sent its probe.</summary>
    /// <returns>False if another WebSocket already probes, or the session is not polling.</returns>
    public bool TryBeginProbe(object probe, TimeSpan until)
    {
        lock (_gate)
        {
            if (!_state.MayProbe(deadlines.Now)) return false;
            var probing = new Probing(_state.Queue!, probe, until);
            _state = probing;
            EndPollSoon(probing);
            return true;
        }
    }

    /// <summary>The probing WebSocket has closed.</summary>
    public void EndProbe(object probe)
    {
        lock (_gate)
        {
            if (_state is Probing probing && probing.IsProbe(probe)) _state = new Polling(probing.Queue);
        }
    }

    /// <summary>The client moves to a WebSocket: the waiting frames leave on it, in order.</summary>
    /// <param name="webSocket">The WebSocket that has probed for the session.</param>
    /// <param name="post">Completes when no POST is in progress.</param>
    public bool TryUpgrade(EngineWebSocket webSocket, out Task post)
    {
        ILinkListener? ready;
        lock (_gate)
        {
            post = _post?.Task ?? Task.CompletedTask;
            if (_state is not Probing probing || !probing.IsProbe(webSocket)) return false;
            probing.Queue.Answer([EngineFrames.Noop]);
            webSocket.Sender.Write(probing.Queue.Take());
            _state = new Upgraded(webSocket);
            ready = _listener is not null && webSocket.Sender.Attach(_listener) ? _listener : null;
        }
        ready?.Ready();
        return true;
    }

    /// <summary>The client moves to a WebSocket on another node: this node accepts no further requests for the session.</summary>
    /// <param name="probe">The WebSocket's name.</param>
    /// <param name="post">Completes when no POST is in progress.</param>
    public bool TryLeave(string probe, out Task post)
    {
        lock (_gate)
        {
            post = _post?.Task ?? Task.CompletedTask;
            if (_state is not Probing probing || !probing.IsProbe(probe)) return false;
            probing.Queue.Answer([EngineFrames.Noop]);
            _state = new Leaving(probing.Queue);
            return true;
        }
    }

    /// <summary>Ends the session here, because it continues on another node.</summary>
    /// <returns>The waiting frames; null if the session has already ended.</returns>
    public IReadOnlyList<Frame>? Move()
    {
        lock (_gate)
        {
            if (_state is not Leaving leaving || !end.TryEnd(CloseReason.Moved)) return null;
            _state = new Moved(deadlines.Now + MovedMemory);
            return leaving.Queue.Take();
        }
    }

    /// <summary>Ends the session.</summary>
    /// <returns>
    /// True if this call ends the session; <c>webSocket</c> is then the WebSocket to close, if any. False if the session has
    /// already ended, or will end after a POST in progress.
    /// </returns>
    public bool TryClose(CloseReason reason, TimeSpan foundUntil, out EngineWebSocket? webSocket)
    {
        lock (_gate)
        {
            webSocket = _state.WebSocket;
            if (end.IsOver) return false;
            // The node handles and answers a POST that has begun before it closes the client.
            if (reason == CloseReason.ServerDraining && _post is not null && _state is Polling) return !(_drainsAfterPost = true);
            end.TryEnd(reason);
            _state = _state.Close(reason, foundUntil);
            return true;
        }
    }

    public void OnDue()
    {
        lock (_gate)
        {
            if (_state is not Probing { PollEnds: { } ends } probing || deadlines.Now < ends) return;
            probing.PollEnds = null;
            probing.Queue.ReleaseWith(EngineFrames.Noop);
        }
    }

    public void OnFault() => _state.WebSocket?.Connection.Close(CloseReason.ServerError);

    private void EndPollSoon(Probing probing)
    {
        probing.PollEnds = deadlines.Now + ProbedPollTime;
        deadlines.Schedule(this, probing.PollEnds.Value);
    }
}
