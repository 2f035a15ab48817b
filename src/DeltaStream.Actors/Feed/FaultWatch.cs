using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// Limits the log lines about one kind of faulty messages, and keeps the node's problem until a minute after the last of them.
/// Safe for concurrent use.
/// </summary>
/// <param name="problem">The problem that such messages are.</param>
/// <param name="problems">The node's problems.</param>
/// <param name="time">The clock.</param>
internal sealed class FaultWatch(Problem problem, NodeProblems problems, TimeProvider time)
{
    // A faulty producer must not fill the disk: so many lines a second and channel, then one line with the number of the rest.
    private const int LinesPerSecond = 5;

    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Channel> _channels = new(StringComparer.Ordinal);

    /// <summary>Notes a faulty message; true if the caller may log it. Then it also calls <see cref="Describe"/>.</summary>
    public bool Note(string name)
    {
        lock (_lock)
        {
            if (!_channels.TryGetValue(name, out var channel)) _channels.Add(name, channel = new Channel());
            channel.LastAt = time.GetTimestamp();
            var second = channel.LastAt / time.TimestampFrequency;
            if (second != channel.Second) (channel.Second, channel.Lines) = (second, 0);
            if (channel.Lines++ < LinesPerSecond) return true;
            channel.Suppressed++;
            return false;
        }
    }

    /// <summary>Says what is wrong with a channel's messages.</summary>
    /// <param name="name">The channel.</param>
    /// <param name="detail">A few words, with all bytes of the producer escaped.</param>
    public void Describe(string name, string detail)
    {
        lock (_lock)
        {
            if (!_channels.TryGetValue(name, out var channel)) return;
            channel.Detail = detail;
            Raise();
        }
    }

    /// <summary>To be called about twice a second.</summary>
    /// <param name="more">Takes a channel and its number of messages that were not logged since the last call.</param>
    /// <param name="ended">Called when the problem is over.</param>
    public void Tick(Action<string, int> more, Action ended)
    {
        lock (_lock)
        {
            foreach (var (name, channel) in _channels)
            {
                if (channel.Suppressed > 0) more(name, channel.Suppressed);
                channel.Suppressed = 0;
            }

            var over = _channels.Where(entry => time.GetElapsedTime(entry.Value.LastAt) >= Lasting).Select(entry => entry.Key).ToArray();
            foreach (var name in over) _channels.Remove(name);
            if (over.Length == 0) return;
            if (_channels.Count > 0) Raise();
            else if (problems.End(problem)) ended();
        }
    }

    /// <summary>The node reads no messages any more.</summary>
    public void Stop() => problems.End(problem);

    private void Raise() => problems.Raise(problem, string.Join("; ", _channels.Select(entry => $"{entry.Key}: {entry.Value.Detail}")));

    private sealed class Channel
    {
        public string Detail { get; set; } = "";

        public long LastAt { get; set; }

        public long Second { get; set; } = -1;

        public int Lines { get; set; }

        public int Suppressed { get; set; }
    }
}
