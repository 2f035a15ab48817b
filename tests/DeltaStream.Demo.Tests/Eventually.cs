using System.Diagnostics;

namespace DeltaStream.Demo.Tests;

/// <summary>Waits on a condition instead of a time.</summary>
internal static class Eventually
{
    public static async Task True(Func<Task<bool>> condition)
    {
        for (var waited = Stopwatch.StartNew(); !await condition();)
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), "The condition did not come true within 10 s.");
    }
}
