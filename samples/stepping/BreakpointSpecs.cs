using System.Diagnostics;
using DeltaStream.TestSupport;
using Xunit.Abstractions;

namespace DeltaStream.Stepping;

/// <summary>
/// No page fails because a breakpoint stands for two minutes. The class is alone in its collection, because the variable that stands
/// for a debugger belongs to the whole process.
/// </summary>
[Collection(nameof(BreakpointSpecs))]
public sealed class BreakpointSpecs(ITestOutputHelper output) : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable(Patience.DebuggerVariable);

    public void Dispose() => Environment.SetEnvironmentVariable(Patience.DebuggerVariable, _before);

    [Fact]
    public void Under_a_debugger_every_wait_is_longer_than_a_breakpoint()
    {
        Environment.SetEnvironmentVariable(Patience.DebuggerVariable, "1");
        using var page = new Page(output);
        Assert.True(page.Dilated(page.TestKitSettings.SingleExpectDefault) > TimeSpan.FromMinutes(2));

        // The condition becomes true after ten times the timeout, as if a breakpoint had stood in it.
        var stopped = Stopwatch.StartNew();
        page.AwaitCondition(() => stopped.Elapsed > TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10));
    }

    private sealed class Page(ITestOutputHelper output) : SteppingSpec(output);
}

[CollectionDefinition(nameof(BreakpointSpecs), DisableParallelization = true)]
public sealed class BreakpointCollection;
