using Akka.Actor;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The instants at which clients with a rate are sent updates, and the node's one timer for them. An instant of a class is a
/// multiple of its period, moved by an offset that depends on the key: so clients of one class are sent a key at the same
/// instants and share its frames, and the keys do not come all at once. Safe to use from any thread.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RateClock(TimeProvider time) : IDisposable
{
    /// <summary>The clock counts in ticks of this length.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(25);

    // More offsets would spread the load further, and cost a client with many keys more writes.
    private const int MostOffsets = 4;

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<int, List<IActorRef>> _waiting = [];
    private ITimer? _timer;
    private int _done;
    private bool _isRunning;

    /// <summary>The present tick.</summary>
    public int Now => (int)(time.GetElapsedTime(_start).Ticks / Tick.Ticks);

    /// <summary>The length of a class's period in ticks.</summary>
    public static int TicksOf(RateClass rate) => (int)(rate.Period.Ticks / Tick.Ticks);

    /// <summary>The first instant of a class for a key after a tick.</summary>
    public static int Next(RateClass rate, DataKey key, int after)
    {
        var period = TicksOf(rate);
        var offsets = Math.Min(MostOffsets, period);
        var offset = (int)((uint)key.GetHashCode() % (uint)offsets) * (period / offsets);
        var since = (after - offset) % period;
        return after + period - (since < 0 ? since + period : since);
    }

    /// <summary>Sends <see cref="RateDue"/> to a client at a tick.</summary>
    public void Wake(IActorRef client, int tick)
    {
        lock (_lock)
        {
            if (!_isRunning) Start();
            tick = Math.Max(tick, _done + 1);
            if (!_waiting.TryGetValue(tick, out var clients)) _waiting.Add(tick, clients = []);
            clients.Add(client);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Start()
    {
        (_isRunning, _done) = (true, Now);
        if (_timer is null) _timer = time.CreateTimer(static it => ((RateClock)it!).CheckDue(), this, Tick, Tick);
        else _timer.Change(Tick, Tick);
    }

    private void CheckDue()
    {
        lock (_lock)
        {
            for (var now = Now; _done < now;)
            {
                if (!_waiting.Remove(++_done, out var clients)) continue;
                foreach (var client in clients) client.Tell(RateDue.Instance);
            }

            if (_waiting.Count > 0) return;
            _isRunning = false;
            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>Tells a ClientActor that updates which its rates held back are due.</summary>
internal sealed record RateDue : INoSerializationVerificationNeeded
{
    public static readonly RateDue Instance = new();
}
