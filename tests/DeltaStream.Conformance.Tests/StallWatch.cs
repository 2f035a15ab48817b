using System.Diagnostics;

namespace DeltaStream.Conformance.Tests;

/// <summary>Measures how long this machine has let a ready thread and a ready task wait.</summary>
internal sealed class StallWatch : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly PeriodicTimer _ticks = new(Step);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _longest;

    public StallWatch() => _ = RunAsync();

    /// <summary>The longest wait so far, the one under way included.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Math.Max(Volatile.Read(ref _longest), _clock.Elapsed.Ticks));

    public void Dispose() => _ticks.Dispose();

    private async Task RunAsync()
    {
        while (await _ticks.WaitForNextTickAsync())
        {
            Volatile.Write(ref _longest, Math.Max(_longest, _clock.Elapsed.Ticks));
            _clock.Restart();
        }
    }
}
