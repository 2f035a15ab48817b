using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Streams;
using Akka.Streams.Stage;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>The actor's control over the publishing stage of its running graph.</summary>
internal interface IPublishControl
{
    /// <summary>The right to publish has begun or ended: the stage checks it again.</summary>
    void RightChanged();
}

/// <summary>
/// Publishes messages to their rooms' topics while this bridge has the right to publish, and emits the published updates. It
/// applies real backpressure: a Tell to the mediator never waits, so after a number of events the stage sends a canary through
/// the mediator, and it takes no more messages while too many canaries are in flight. Without the right it pulls nothing;
/// one message that it pulled before may wait in it.
/// </summary>
/// <param name="settings">Sizes and times.</param>
/// <param name="time">The clock.</param>
/// <param name="right">The fence, checked before each publication.</param>
/// <param name="ledger">The received and the published messages.</param>
/// <param name="topics">Publishes to the topics.</param>
internal sealed class PublishStage(BridgeSettings settings, TimeProvider time, PublishingRight right, IntakeLedger ledger, TopicPublisher topics)
    : GraphStageWithMaterializedValue<FlowShape<Intake, MarketUpdate>, IPublishControl>
{
    private readonly Inlet<Intake> _in = new("Publish.in");
    private readonly Outlet<MarketUpdate> _out = new("Publish.out");

    public override FlowShape<Intake, MarketUpdate> Shape => new(_in, _out);

    protected override Attributes InitialAttributes => Attributes.CreateName("publish");

    public override ILogicAndMaterializedValue<IPublishControl> CreateLogicAndMaterializedValue(Attributes inheritedAttributes)
    {
        var logic = new Logic(this, settings, time, right, ledger, topics);
        return new LogicAndMaterializedValue<IPublishControl>(logic, logic);
    }

    private sealed class Logic : TimerGraphStageLogic, IPublishControl
    {
        private const string Late = "late";
        private const string HoldOver = "hold-over";

        // The maximum number of canaries in flight while the mediator keeps up. A late canary reduces it to one.
        private const int MostCanaries = 4;

        private readonly PublishStage _stage;
        private readonly BridgeSettings _settings;
        private readonly TimeProvider _time;
        private readonly PublishingRight _right;
        private readonly IntakeLedger _ledger;
        private readonly TopicPublisher _topics;
        private readonly Action _pump;

        // Messages taken but not published: at most one while the right or downstream demand is missing, and one per key during
        // a takeover.
        private readonly Dictionary<ConflationKey, Intake> _held = [];

        // The keys of held messages that wait for a new decision.
        private readonly Queue<ConflationKey> _undecided = new();
        private StageActor? _self;
        private long _term;
        private int _events;
        private int _canaries;
        private int _canariesAllowed = 1;
        private bool _resubscribing;

        public Logic(PublishStage stage, BridgeSettings settings, TimeProvider time, PublishingRight right, IntakeLedger ledger, TopicPublisher topics)
            : base(stage.Shape)
        {
            (_stage, _settings, _time, _right, _ledger, _topics) = (stage, settings, time, right, ledger, topics);
            _pump = GetAsyncCallback(Pump);
            SetHandler(stage._in, onPush: OnPush, onUpstreamFinish: CompleteStage);
            SetHandler(stage._out, onPull: Pump);
        }

        private bool IsOpen => IsAvailable(_stage._out) && _canaries < _canariesAllowed;

        public override void PreStart()
        {
            _self = GetStageActor(OnMessage);
            _topics.Subscribe(_self.Ref);
        }

        public void RightChanged() => _pump();

        protected override void OnTimer(object timerKey)
        {
            if (timerKey is HoldOver)
            {
                DecideAgain();
                Pump();
            }
            else if (_canaries > 0 && !_resubscribing)
            {
                // Either the mediator is slow, or it has restarted and lost every subscription. Its acknowledgement tells
                // which: if the canary is not back by then, it was lost.
                _resubscribing = true;
                _canariesAllowed = 1;
                _topics.Subscribe(_self!.Ref);
            }
        }

        private void OnMessage((IActorRef Sender, object Message) received)
        {
            switch (received.Message)
            {
                case Canary when _canaries > 0:
                    _canaries--;
                    _canariesAllowed = Math.Min(_canariesAllowed + 1, MostCanaries);
                    WatchCanaries();
                    Pump();
                    break;
                case SubscribeAck when _resubscribing:
                    _resubscribing = false;
                    if (_canaries == 0) break;
                    BridgeMetrics.SubscriptionsLost.Add(1);
                    _topics.TellSubscriptionsLost();
                    _canaries = 0;
                    SendCanary();
                    break;
            }
        }

        /// <summary>Continues as far as the right, downstream and the mediator allow: first with held messages, then with new ones.</summary>
        private void Pump()
        {
            while (IsOpen && EnsureTerm() is not null && _undecided.TryDequeue(out var key))
                if (_held.Remove(key, out var intake)) Handle(intake);
            if (IsOpen && !HasBeenPulled(_stage._in) && EnsureTerm() is not null) Pull(_stage._in);
        }

        private void DecideAgain()
        {
            _undecided.Clear();
            foreach (var key in _held.Keys) _undecided.Enqueue(key);
        }

        private void OnPush()
        {
            Handle(Grab(_stage._in));
            Pump();
        }

        private void Handle(Intake intake)
        {
            var key = intake.Message.Key;
            // This message is newer than the held one of its key.
            _held.Remove(key);
            if (EnsureTerm() is not { } term || !IsOpen)
            {
                _held[key] = intake;
                _undecided.Enqueue(key);
            }
            else if (!intake.IsLiveAt(_time.UnixMicroseconds()))
            {
                _ledger.Expired(intake);
            }
            else
            {
                switch (_ledger.Decide(intake, term.Epoch, _time.Elapsed()))
                {
                    case PublishDecision.Hold: Hold(intake); break;
                    case PublishDecision.Send: Publish(intake, term); break;
                }
            }
        }

        /// <summary>Holds a message until this bridge receives the last published value of its key, or until the hold time is over.</summary>
        private void Hold(Intake intake)
        {
            _held[intake.Message.Key] = intake;
            if (!IsTimerActive(HoldOver)) ScheduleOnce(HoldOver, _ledger.HoldUntil - _time.Elapsed());
        }

        /// <summary>Checks the right to publish, and starts the takeover when a new term has begun.</summary>
        private Term? EnsureTerm()
        {
            if (_right.Current is not { } term) return null;
            if (term.Epoch == _term) return term;
            _term = term.Epoch;
            _ledger.TakeOver(_time.Elapsed());
            DecideAgain();
            return _right.Current;
        }

        private void Publish(Intake intake, Term term)
        {
            var position = new Position(term.Epoch, term.Next());
            var update = _topics.Publish(intake, position, out var events);
            _ledger.Published(intake, position, _time.Elapsed());
            BridgeMetrics.Published.Add(1);
            _events += events;
            if (_events >= _settings.RoundTripEvery) SendCanary();
            Push(_stage._out, update);
        }

        private void SendCanary()
        {
            _events = 0;
            _canaries++;
            _topics.SendCanary();
            if (_canaries == 1) WatchCanaries();
        }

        private void WatchCanaries()
        {
            if (_canaries > 0) ScheduleRepeatedly(Late, _settings.RoundTripTimeout);
            else CancelTimer(Late);
        }
    }
}
