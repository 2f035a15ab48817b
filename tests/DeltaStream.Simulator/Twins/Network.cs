using DeltaStream.Simulator.Loop;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Twins;

/// <summary>The connections between nodes: one for each direction, in order.</summary>
internal sealed class Network(SimLoop loop, Random random)
{
    private readonly Dictionary<(int From, int To), Line> _lines = [];

    /// <summary>The connection from one machine to another.</summary>
    public Line this[int from, int to]
    {
        get
        {
            if (!_lines.TryGetValue((from, to), out var line)) _lines.Add((from, to), line = new Line(loop, random));
            return line;
        }
    }

    public void Send(SimNode from, SimNode to, Action deliver)
    {
        if (from.Lane.IsDead) return;
        this[from.Machine, to.Machine].Send(() => to.Lane.Do(deliver));
    }
}

/// <summary>
/// One direction of a TCP connection. In a cut nothing is lost as long as the connection lasts: it arrives afterwards. With the
/// connection everything that is under way is lost.
/// </summary>
internal sealed class Line(SimLoop loop, Random random)
{
    private readonly Queue<Action> _held = new();
    private TimeSpan _last;
    private long _life;
    private bool _isClosed;

    /// <summary>True while nothing arrives.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>How much later than usual messages arrive.</summary>
    public TimeSpan Lag { get; set; }

    public void Hold() => IsHeld = true;

    /// <summary>What has waited arrives.</summary>
    public void Release()
    {
        IsHeld = false;
        while (!IsHeld && _held.TryDequeue(out var arrive)) arrive();
    }

    /// <summary>The connection breaks and is made again: what is under way is lost.</summary>
    public void Break()
    {
        _life++;
        _held.Clear();
    }

    /// <summary>Nothing arrives any more.</summary>
    public void Close() => _isClosed = true;

    public void Send(Action arrive)
    {
        var at = loop.Now + Lag + TimeSpan.FromMicroseconds(80 + random.Next(random.Next(16) == 0 ? 4000 : 400));
        if (at < _last) at = _last;
        _last = at;
        var life = _life;
        loop.At(at, () =>
        {
            if (life != _life || _isClosed) return;
            if (IsHeld) _held.Enqueue(arrive);
            else arrive();
        });
    }
}
