using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Streams;
using Akka.Streams.Stage;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>What the actor says to the publishing stage of its running graph.</summary>
public interface IPublishControl
{
    /// <summary>The right to publish has begun or ended: look again.</summary>
    void RightChanged();
}

/// <summary>
/// Publishes messages to their rooms' topics while this bridge has the right to, and passes on what it published. It really
/// pushes back: a Tell to the mediator never would, so after every so many events nothing more is taken until a canary has
/// come back through the mediator. Without the right it takes nothing, and the newest messages wait in the conflating stage.
/// </summary>
/// <param name="settings">Sizes and times.</param>
/// <param name="time">The clock.</param>
/// <param name="right">The fence, asked before each publication.</param>
/// <param name="ledger">What was received and published.</param>
/// <param name="topics">The way to the topics.</param>
public sealed class PublishStage(BridgeSettings settings, TimeProvider time, PublishingRight right, IntakeLedger ledger, TopicPublisher topics)
    : GraphStageWithMaterializedValue<FlowShape<Intake, MarketUpdate>, IPublishControl>
{
    private readonly Inlet<Intake> _in = new("Publish.in");
    private readonly Outlet<MarketUpdate> _out = new("Publish.out");

    /// <inheritdoc/>
    public override FlowShape<Intake, MarketUpdate> Shape => new(_in, _out);

    /// <inheritdoc/>
    public override ILogicAndMaterializedValue<IPublishControl> CreateLogicAndMaterializedValue(Attributes inheritedAttributes)
    {
        var logic = new Logic(this, settings, time, right, ledger, topics);
        return new LogicAndMaterializedValue<IPublishControl>(logic, logic);
    }

    private sealed class Logic : TimerGraphStageLogic, IPublishControl
    {
        private const string Late = "late";
        private static readonly TimeSpan HeldEvery = TimeSpan.FromMilliseconds(20);

        private readonly PublishStage _stage;
        private readonly BridgeSettings _settings;
        private readonly TimeProvider _time;
        private readonly PublishingRight _right;
        private readonly IntakeLedger _ledger;
        private readonly TopicPublisher _topics;
        private readonly Action _pump;

        // What was taken but may not be published now: at most one message when the right is lost, during a takeover one a key.
        private readonly Dictionary<ConflationKey, Intake> _held = [];
        private StageActor? _self;

        // Not one of the stage's timers: the system's scheduler ticks too slowly for this.
        private ITimer? _look;
        private long _term;
        private int _events;
        private bool _awaiting;
        private bool _resubscribing;

        public Logic(PublishStage stage, BridgeSettings settings, TimeProvider time, PublishingRight right, IntakeLedger ledger, TopicPublisher topics)
            : base(stage.Shape)
        {
            (_stage, _settings, _time, _right, _ledger, _topics) = (stage, settings, time, right, ledger, topics);
            _pump = GetAsyncCallback(Pump);
            SetHandler(stage._in, onPush: OnPush, onUpstreamFinish: CompleteStage);
            SetHandler(stage._out, onPull: Pump);
        }

        private TimeSpan Now => _time.GetElapsedTime(0, _time.GetTimestamp());

        private bool IsOpen => IsAvailable(_stage._out) && !_awaiting;

        public override void PreStart()
        {
            _self = GetStageActor(OnMessage);
            _topics.Subscribe(_self.Ref);
            _look = _time.CreateTimer(_ => _pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public override void PostStop() => _look?.Dispose();

        public void RightChanged() => _pump();

        protected override void OnTimer(object timerKey)
        {
            if (!_awaiting || _resubscribing) return;

            // Either the mediator is slow, or it was restarted and has forgotten every subscription. Its answer tells
            // which: by then the canary is back, or it never comes.
            _resubscribing = true;
            _topics.Subscribe(_self!.Ref);
        }

        private void OnMessage((IActorRef Sender, object Message) received)
        {
            switch (received.Message)
            {
                case Canary:
                    _awaiting = false;
                    CancelTimer(Late);
                    Pump();
                    break;
                case SubscribeAck when _resubscribing:
                    _resubscribing = false;
                    if (!_awaiting) break;
                    BridgeMetrics.SubscriptionsLost.Add(1);
                    _topics.TellSubscriptionsLost();
                    SendCanary();
                    break;
            }
        }

        /// <summary>Goes on as far as right, downstream and mediator let it: first what was held back, then what comes.</summary>
        private void Pump()
        {
            if (_held.Count > 0) Release();
            if (IsOpen && !HasBeenPulled(_stage._in) && CurrentTerm() is not null) Pull(_stage._in);
        }

        private void Release()
        {
            foreach (var (key, intake) in _held.ToArray())
            {
                if (!IsOpen || CurrentTerm() is not { } term) return;
                if (_ledger.Decide(intake, term.Epoch, Now) == Publication.Hold) continue;
                _held.Remove(key);
                Handle(intake);
            }

            if (_held.Count > 0) _look?.FireIn(HeldEvery);
        }

        private void OnPush()
        {
            Handle(Grab(_stage._in));
            Pump();
        }

        private void Handle(Intake intake)
        {
            var key = intake.Message.Key;
            if (_held.ContainsKey(key) || CurrentTerm() is not { } term) _held[key] = intake;
            else if (intake.ReceivedAt < _time.UnixMicroseconds() - (long)_settings.Life.TotalMicroseconds) return;
            else
            {
                switch (_ledger.Decide(intake, term.Epoch, Now))
                {
                    case Publication.Hold: _held[key] = intake; break;
                    case Publication.Send: Publish(intake, term); break;
                }
            }
        }

        /// <summary>The fence, and what a new term begins with.</summary>
        private Term? CurrentTerm()
        {
            if (_right.Current is not { } term) return null;
            if (term.Epoch == _term) return term;
            _term = term.Epoch;
            _ledger.TakeOver(Now);
            return _right.Current;
        }

        private void Publish(Intake intake, Term term)
        {
            var position = new Position(term.Epoch, term.Next());
            var update = _topics.Publish(intake, position, out var events);
            _ledger.Published(intake, position, Now);
            BridgeMetrics.Published.Add(1);
            _events += events;
            if (_events >= _settings.RoundTripEvery) SendCanary();
            Push(_stage._out, update);
        }

        private void SendCanary()
        {
            _events = 0;
            _awaiting = true;
            _topics.SendCanary();
            ScheduleRepeatedly(Late, _settings.RoundTripTimeout);
        }
    }
}
