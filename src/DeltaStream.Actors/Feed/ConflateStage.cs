using Akka.Streams;
using Akka.Streams.Stage;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// Takes in whatever comes, at once, and lets go the newest message of each key at the key's rate when downstream asks: the
/// one place of the bridge where messages are superseded. Overflow: conflate.
/// </summary>
/// <param name="settings">Rate and number of keys.</param>
/// <param name="time">The clock, monotonic.</param>
internal sealed class ConflateStage(BridgeSettings settings, TimeProvider time) : GraphStage<FlowShape<Intake, Intake>>
{
    private static readonly TimeSpan ExpireEvery = TimeSpan.FromSeconds(5);

    private readonly Inlet<Intake> _in = new("Conflate.in");
    private readonly Outlet<Intake> _out = new("Conflate.out");

    public override FlowShape<Intake, Intake> Shape => new(_in, _out);

    protected override Attributes InitialAttributes => Attributes.CreateName("conflate");

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, settings, time);

    private sealed class Logic : TimerGraphStageLogic
    {
        private const string Expire = "expire";
        private const string Due = "due";

        private readonly ConflateStage _stage;
        private readonly TimeProvider _time;
        private readonly ConflationBuffer<Intake> _buffer;
        private TimeSpan? _dueSet;

        public Logic(ConflateStage stage, BridgeSettings settings, TimeProvider time) : base(stage.Shape)
        {
            _stage = stage;
            _time = time;
            _buffer = new ConflationBuffer<Intake>(settings.MaxRate, settings.MaxKeys);
            SetHandler(stage._in, onPush: OnPush, onUpstreamFinish: CompleteStage);
            SetHandler(stage._out, onPull: Emit);
        }

        private TimeSpan Now => _time.Elapsed();

        public override void PreStart()
        {
            Pull(_stage._in);
            ScheduleRepeatedly(Expire, ExpireEvery);
        }

        protected override void OnTimer(object timerKey)
        {
            if (timerKey is Due)
            {
                _dueSet = null;
                if (IsAvailable(_stage._out)) Emit();
                return;
            }

            // On a standby nothing is taken out: without this it would keep the last chain of every expiry that ever was.
            var now = _time.UnixMicroseconds();
            _buffer.Drop(intake => !intake.LivesAt(now));
        }

        private void OnPush()
        {
            var intake = Grab(_stage._in);
            switch (_buffer.Offer(intake.Message.Key, intake, Now))
            {
                case Offered.Conflated: BridgeMetrics.Conflated.Add(1); break;
                case Offered.Refused: BridgeMetrics.Refused.Add(1); break;
            }

            if (IsAvailable(_stage._out)) Emit();
            Pull(_stage._in);
        }

        private void Emit()
        {
            if (_buffer.TryTake(Now, out var intake)) Push(_stage._out, intake);
            else if (_buffer.NextDue is { } due && due != _dueSet)
            {
                _dueSet = due;
                ScheduleOnce(Due, due - Now);
            }
        }
    }
}
