using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>
/// The state of an Engine.IO session: it determines which requests the session accepts, and how it refuses the others. The session
/// changes its state under its lock.
/// </summary>
internal abstract class SessionState
{
    /// <summary>The transport against which requests are checked.</summary>
    public virtual EngineTransport Transport => EngineTransport.Polling;

    /// <summary>The transport in logs and metrics; after the end of the session its last transport.</summary>
    public virtual string TransportName => Connections.TransportName.Polling;

    /// <summary>The reason why a poll is refused; null if it may wait.</summary>
    public virtual EngineError? PollRefusal => EngineError.SessionIdUnknown;

    /// <summary>The reason why a POST is refused; null if it is accepted.</summary>
    public virtual EngineError? PostRefusal => PollRefusal;

    /// <summary>The frames that wait for a poll; null if the state has no queue.</summary>
    public virtual PollingQueue? Queue => null;

    /// <summary>The WebSocket that carries the session or probes for it; it closes with the session.</summary>
    public virtual EngineWebSocket? WebSocket => null;

    /// <summary>The time until which requests still find an ended session; null if they do not.</summary>
    public virtual TimeSpan? FoundUntil => null;

    /// <summary>Whether the probe of a WebSocket is accepted.</summary>
    public virtual bool MayProbe(TimeSpan now) => false;

    /// <summary>The state of the session after its close.</summary>
    /// <param name="reason">The reason for the close.</param>
    /// <param name="until">The time until which a later poll still finds the session.</param>
    public SessionState Close(CloseReason reason, TimeSpan until) =>
        Queue is { } queue ? LastAnswer.Of(queue, reason, until) : new Gone(TransportName);

    /// <summary>The session is made, but not in use.</summary>
    public sealed class Opening : SessionState
    {
        public static readonly Opening Instance = new();
    }

    /// <summary>Polls and POSTs carry the packets.</summary>
    public class Polling(PollingQueue queue) : SessionState
    {
        public override PollingQueue Queue => queue;

        public override EngineError? PollRefusal => null;

        public override bool MayProbe(TimeSpan now) => true;
    }

    /// <summary>The session polls, and a WebSocket has sent its probe and will take over.</summary>
    /// <param name="queue">The frames that wait for a poll.</param>
    /// <param name="probe">The WebSocket (<see cref="EngineWebSocket"/>), or the name of a WebSocket on another node.</param>
    /// <param name="until">The time at which the probe of a WebSocket on another node expires. A killed node can't report that its WebSocket has closed.</param>
    public sealed class Probing(PollingQueue queue, object probe, TimeSpan until) : Polling(queue)
    {
        public override EngineWebSocket? WebSocket => probe as EngineWebSocket;

        /// <summary>
        /// The time at which the waiting poll is ended, because it keeps the client from upgrading; null if no poll waits.
        /// </summary>
        public TimeSpan? PollEnds { get; set; }

        public bool IsProbe(object other) => probe.Equals(other);

        public bool IsStale(TimeSpan now) => probe is string && now > until;

        public override bool MayProbe(TimeSpan now) => IsStale(now);
    }

    /// <summary>The client upgrades on another node; the session's state is about to move there.</summary>
    public sealed class Leaving(PollingQueue queue) : SessionState
    {
        public override PollingQueue Queue => queue;

        public override EngineTransport Transport => EngineTransport.WebSocket;

        public override EngineError? PollRefusal => EngineError.BadRequest;
    }

    /// <summary>A WebSocket carries the packets.</summary>
    public sealed class Upgraded(EngineWebSocket webSocket) : SessionState
    {
        public override EngineWebSocket WebSocket => webSocket;

        public override EngineTransport Transport => EngineTransport.WebSocket;

        public override string TransportName => Connections.TransportName.WebSocket;

        public override EngineError? PollRefusal => EngineError.BadRequest;
    }

    /// <summary>The session has ended; the next poll gets a last answer.</summary>
    /// <param name="frames">The last answer; empty if it was sent.</param>
    /// <param name="isDrained">Whether the node stops: POSTs are then answered, but their packets are ignored.</param>
    /// <param name="until">The time until which a poll may come.</param>
    public sealed class LastAnswer(IReadOnlyList<Frame> frames, bool isDrained, TimeSpan until) : SessionState
    {
        private IReadOnlyList<Frame> _frames = frames;

        // After a refused poll python-socketio reconnects; after a refused POST it does not.
        public override EngineError? PostRefusal => isDrained ? null : EngineError.SessionIdUnknown;

        public override TimeSpan? FoundUntil => until;

        /// <summary>Answers the waiting poll, or keeps the answer for the next poll.</summary>
        public static SessionState Of(PollingQueue queue, CloseReason reason, TimeSpan until)
        {
            // A client that closed the session needs only an end of its poll. A client that should reconnect gets no close packet:
            // python-socketio would not come back after one. All clients take an unknown session for a broken connection and
            // reconnect.
            var isDrained = reason == CloseReason.ServerDraining;
            IReadOnlyList<Frame> frames = reason == CloseReason.ClientClosed ? [EngineFrames.Noop]
                : isDrained ? queue.Take(PollingPayloadWriter.MaxPackets)
                : [.. queue.Take(PollingPayloadWriter.MaxPackets - 1), EngineFrames.Close];
            var isAnswered = queue.Answer(frames);
            if (isDrained) return new LastAnswer(isAnswered ? [] : frames, isDrained, until);
            // After a protocol error or a ping timeout the next poll gets "unknown session".
            var isKept = !isAnswered && (reason == CloseReason.ClientClosed || reason == CloseReason.SlowConsumer || reason == CloseReason.ServerError);
            return isKept ? new LastAnswer(frames, isDrained, until) : new Gone(Connections.TransportName.Polling);
        }

        /// <summary>Returns the last answer at the first call, and an empty one afterwards.</summary>
        public IReadOnlyList<Frame> Take()
        {
            var frames = _frames;
            _frames = [];
            return frames;
        }
    }

    /// <summary>The session continues on another node; late requests learn that it is no longer polling.</summary>
    public sealed class Moved(TimeSpan until) : SessionState
    {
        public override EngineTransport Transport => EngineTransport.WebSocket;

        public override TimeSpan? FoundUntil => until;
    }

    /// <summary>The session has ended, and its id is unknown.</summary>
    public sealed class Gone(string transport) : SessionState
    {
        public override string TransportName => transport;
    }
}
