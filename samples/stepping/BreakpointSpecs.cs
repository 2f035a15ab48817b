using System.Diagnostics;
using DeltaStream.TestSupport;
using Xunit.Abstractions;

namespace DeltaStream.Stepping;

/// <summary>A breakpoint of two minutes fails no page. Alone in its collection: the debugger's stand-in is the whole process's.</summary>
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

        // A wait of 50 ms that stands for ten times as long.
        var stopped = Stopwatch.StartNew();
        page.AwaitCondition(() => stopped.Elapsed > TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10));
    }

    private sealed class Page(ITestOutputHelper output) : SteppingSpec(output);
}

[CollectionDefinition(nameof(BreakpointSpecs), DisableParallelization = true)]
public sealed class BreakpointCollection;
