using System.Runtime.CompilerServices;

namespace DeltaStream.TestSupport;

/// <summary>
/// Threads for a test's own clients, producers and waits. The pool begins with one for each core, and where two are held up for a
/// moment the next one comes half a second later: that would be measured as the gateway's.
/// </summary>
internal static class Threads
{
#pragma warning disable CA2255 // Every test process needs it, whichever of this library it uses.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void HaveEnough() => ThreadPool.SetMinThreads(32, 32);
}
