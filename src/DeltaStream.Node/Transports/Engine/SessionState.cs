using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>
/// How an Engine.IO session stands: which requests it takes, and what a refused one gets. The session changes its state under
/// its lock.
/// </summary>
internal abstract class SessionState
{
    /// <summary>The transport that requests are checked against.</summary>
    public virtual EngineTransport Transport => EngineTransport.Polling;

    /// <summary>The transport in logs and metrics; of a closed session the last one.</summary>
    public virtual string TransportName => Connections.TransportName.Polling;

    /// <summary>Why a poll is refused; null if it may wait.</summary>
    public virtual EngineError? PollRefusal => EngineError.SessionIdUnknown;

    /// <summary>Why a POST is refused; null if it is taken.</summary>
    public virtual EngineError? PostRefusal => PollRefusal;

    /// <summary>What waits to be polled; null where nothing is.</summary>
    public virtual PollingQueue? Queue => null;

    /// <summary>The WebSocket that carries the session, or may come to: it closes with the session.</summary>
    public virtual EngineWebSocket? WebSocket => null;

    /// <summary>Until when requests still find a session that is over; null if they don't.</summary>
    public virtual TimeSpan? FoundUntil => null;

    /// <summary>Whether a WebSocket's probe is accepted.</summary>
    public virtual bool MayProbe(TimeSpan now) => false;

    /// <summary>The state of the session once it is closed.</summary>
    /// <param name="reason">Why it closes.</param>
    /// <param name="until">Until when it is found by a poll that is still to come.</param>
    public SessionState Close(CloseReason reason, TimeSpan until) =>
        Queue is { } queue ? Farewell.Of(queue, reason, until) : new Gone(TransportName);

    /// <summary>Made, and not yet in use.</summary>
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

    /// <summary>As polling; a WebSocket has sent its probe and is about to take over.</summary>
    /// <param name="queue">What waits to be polled.</param>
    /// <param name="probe">The WebSocket (<see cref="EngineWebSocket"/>), or the name of one on another node.</param>
    /// <param name="until">Until when a WebSocket on another node is believed to be there: a node that was killed can't say that it is gone.</param>
    public sealed class Probing(PollingQueue queue, object probe, TimeSpan until) : Polling(queue)
    {
        public override EngineWebSocket? WebSocket => probe as EngineWebSocket;

        /// <summary>When the waiting poll is ended, because it keeps the client from upgrading; null if none waits.</summary>
        public TimeSpan? PollEnds { get; set; }

        public bool IsProbe(object other) => probe.Equals(other);

        public bool IsStale(TimeSpan now) => probe is string && now > until;

        public override bool MayProbe(TimeSpan now) => IsStale(now);
    }

    /// <summary>The client upgrades on another node, and everything that happened here is about to go there.</summary>
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

    /// <summary>Over; a poll that is still to come gets a last answer.</summary>
    /// <param name="words">The last answer; empty if it was given.</param>
    /// <param name="isDrained">Whether the node stops: then POSTs are answered, and not listened to.</param>
    /// <param name="until">Until when a poll may come.</param>
    public sealed class Farewell(IReadOnlyList<Frame> words, bool isDrained, TimeSpan until) : SessionState
    {
        private IReadOnlyList<Frame> _words = words;

        // python-socketio comes back after a poll that is refused, and does not after a POST that is refused.
        public override EngineError? PostRefusal => isDrained ? null : EngineError.SessionIdUnknown;

        public override TimeSpan? FoundUntil => until;

        /// <summary>Answers the waiting poll, or keeps the answer for a poll that is still to come.</summary>
        public static SessionState Of(PollingQueue queue, CloseReason reason, TimeSpan until)
        {
            // A client that closed wants no more than the end of its poll. A client that is to come back gets no close packet:
            // python-socketio would stay away, and takes an unknown session for a broken connection, as all clients do.
            var isDrained = reason == CloseReason.ServerDraining;
            IReadOnlyList<Frame> words = reason == CloseReason.ClientClosed ? [EngineFrames.Noop]
                : isDrained ? queue.Take(PollingPayloadWriter.MaxPackets)
                : [.. queue.Take(PollingPayloadWriter.MaxPackets - 1), EngineFrames.Close];
            var isAnswered = queue.Answer(words);
            if (isDrained) return new Farewell(isAnswered ? [] : words, isDrained, until);
            // After a protocol error or a ping timeout the next poll gets "unknown session".
            var isKept = !isAnswered && (reason == CloseReason.ClientClosed || reason == CloseReason.SlowConsumer || reason == CloseReason.ServerError);
            return isKept ? new Farewell(words, isDrained, until) : new Gone(Connections.TransportName.Polling);
        }

        /// <summary>The last answer: once, then none.</summary>
        public IReadOnlyList<Frame> Take()
        {
            var words = _words;
            _words = [];
            return words;
        }
    }

    /// <summary>Goes on at another node; late requests are told that the session is no longer polling.</summary>
    public sealed class Moved(TimeSpan until) : SessionState
    {
        public override EngineTransport Transport => EngineTransport.WebSocket;

        public override TimeSpan? FoundUntil => until;
    }

    /// <summary>Over, and not found by its id.</summary>
    public sealed class Gone(string transport) : SessionState
    {
        public override string TransportName => transport;
    }
}
