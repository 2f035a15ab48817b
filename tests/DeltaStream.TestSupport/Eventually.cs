using System.Diagnostics;

namespace DeltaStream.TestSupport;

/// <summary>Waits on a condition instead of a time.</summary>
public static class Eventually
{
    /// <summary>How long a condition is given where nothing else is said.</summary>
    public static TimeSpan Patience => TestSupport.Patience.ForSeconds(40);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns as soon as the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message says what was waited for.</exception>
    public static async Task True(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var patience = within is { } given ? TestSupport.Patience.For(given) : Patience;
        for (var waited = Stopwatch.StartNew(); !await condition(); await Task.Delay(Pause))
            if (waited.Elapsed > patience) throw new TimeoutException($"not within {patience.TotalSeconds:0.#} s: {what}");
    }

    /// <inheritdoc cref="True(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task True(Func<bool> condition, string what, TimeSpan? within = null) =>
        True(() => Task.FromResult(condition()), what, within);

    /// <summary>Runs the assertions again and again until they pass; their last failure is the test's.</summary>
    public static async Task Pass(Func<Task> assertions, TimeSpan? within = null)
    {
        var patience = within is { } given ? TestSupport.Patience.For(given) : Patience;
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(Pause))
        {
            try
            {
                await assertions();
                return;
            }
            catch (Exception) when (waited.Elapsed < patience)
            {
                // Not yet.
            }
        }
    }
}
