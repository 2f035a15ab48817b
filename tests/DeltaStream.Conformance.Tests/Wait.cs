namespace DeltaStream.Conformance.Tests;

/// <summary>Waiting on conditions, for a bounded time.</summary>
internal static class Wait
{
    /// <summary>Longer than anything that is waited for takes on a loaded machine.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan TooLong = TimeSpan.FromMilliseconds(60);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    public static Task Until(Func<bool> condition, TimeSpan? atMost = null) => Until(() => Task.FromResult(condition()), atMost);

    public static async Task Until(Func<Task<bool>> condition, TimeSpan? atMost = null)
    {
        using var end = new CancellationTokenSource(atMost ?? Longest);
        using var ticks = new PeriodicTimer(Step);
        while (!await condition())
        {
            Assert.False(end.IsCancellationRequested, "waited too long");
            await ticks.WaitForNextTickAsync();
        }
    }

    /// <summary>
    /// Runs what has to be quicker than a heartbeat. Where it fails and this machine stood still meanwhile, that says
    /// nothing about the server, and it runs again.
    /// </summary>
    public static async Task Punctual(Func<Task> spec)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var stalls = new StallWatch();
            try
            {
                await spec();
                return;
            }
            catch (Exception) when (attempt < 5 && stalls.Longest > TooLong)
            {
                // Once more.
            }
        }
    }
}
