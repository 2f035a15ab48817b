namespace DeltaStream.Conformance.Tests;

/// <summary>Specs that measure time.</summary>
internal static class Wait
{
    private static readonly TimeSpan TooLong = TimeSpan.FromMilliseconds(60);

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
