using Akka.Streams;
using Akka.Streams.Stage;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// The graph's source. It takes messages from the inlet, which keeps the newest message of each key while downstream has no
/// demand or the key is throttled.
/// </summary>
/// <param name="inlet">The queue of messages.</param>
/// <param name="time">The monotonic clock.</param>
internal sealed class ConflateStage(FeedInlet inlet, TimeProvider time) : GraphStage<SourceShape<Intake>>
{
    private static readonly TimeSpan ExpireEvery = TimeSpan.FromSeconds(5);

    private readonly Outlet<Intake> _out = new("Conflate.out");

    public override SourceShape<Intake> Shape => new(_out);

    protected override Attributes InitialAttributes => Attributes.CreateName("conflate");

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(_out, inlet, time);

    private sealed class Logic : TimerGraphStageLogic
    {
        private const string Expire = "expire";
        private const string Due = "due";

        private readonly Outlet<Intake> _out;
        private readonly FeedInlet _inlet;
        private readonly TimeProvider _time;
        private TimeSpan? _dueSet;

        public Logic(Outlet<Intake> @out, FeedInlet inlet, TimeProvider time) : base(new SourceShape<Intake>(@out))
        {
            (_out, _inlet, _time) = (@out, inlet, time);
            SetHandler(@out, onPull: Emit);
        }

        public override void PreStart()
        {
            _inlet.Begin(GetAsyncCallback(OnWake));
            ScheduleRepeatedly(Expire, ExpireEvery);
        }

        protected override void OnTimer(object timerKey)
        {
            if (timerKey is Expire)
            {
                _inlet.Expire();
                return;
            }

            _dueSet = null;
            if (IsAvailable(_out)) Emit();
        }

        private void OnWake()
        {
            if (IsAvailable(_out)) Emit();
            else _inlet.ConflateQueue();
        }

        private void Emit()
        {
            if (_inlet.TryTake(out var intake)) Push(_out, intake);
            else if (_inlet.NextDue is { } due && due != _dueSet)
            {
                _dueSet = due;
                ScheduleOnce(Due, due - _time.Elapsed());
            }
        }
    }
}
