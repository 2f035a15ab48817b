using DeltaStream.Actors.Tests.Feed;
using DeltaStream.TestSupport;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests;

/// <summary>A breakpoint of two minutes fails no spec. Alone in its collection: the debugger's stand-in is the whole process's.</summary>
[Collection(nameof(PatienceSpecs))]
public sealed class PatienceSpecs(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Breakpoint = TimeSpan.FromMinutes(2);

    public void Dispose() => Set(null, null);

    [Fact]
    public void Under_a_debugger_every_wait_is_longer_than_a_breakpoint()
    {
        Set("1", null);
        Assert.True(Patience.ForSeconds(0.05) > Breakpoint);
        Assert.True(Eventually.Patience > Breakpoint);
        Assert.All(Patience.NodeVariables, variable => Assert.Contains(variable.Value, new[] { "60m", "600" }));
        foreach (var config in new[] { VirtualTime.Config, BridgeSpec.ClusterConfig })
        {
            using var kit = new Kit(config.Replace("cluster", "local", StringComparison.Ordinal), output);
            Assert.True(kit.Dilated(kit.TestKitSettings.SingleExpectDefault) > Breakpoint);
            // What a spec says itself, as in AwaitAssert(..., TimeSpan.FromSeconds(3)).
            Assert.True(kit.Dilated(TimeSpan.FromSeconds(3)) > Breakpoint);
        }
    }

    [Fact]
    public async Task A_wait_continues_after_a_breakpoint_that_was_longer_than_its_timeout()
    {
        Set("1", null);
        var stopped = System.Diagnostics.Stopwatch.StartNew();
        await Eventually.True(() => stopped.Elapsed > TimeSpan.FromMilliseconds(500), "the debugger lets go", within: TimeSpan.FromMilliseconds(50));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("3.5", 3.5)]
    [InlineData("0.1", 1)]
    [InlineData("slow", 1)]
    public void Without_a_debugger_times_are_as_they_say_by_the_factor_of_the_machine(string? factor, double expected)
    {
        Set(null, factor);
        if (System.Diagnostics.Debugger.IsAttached) return;
        Assert.Equal(TimeSpan.FromSeconds(2 * expected), Patience.ForSeconds(2));
        using var kit = new Kit(Patience.Hocon, output);
        Assert.Equal(TimeSpan.FromSeconds(2 * expected), kit.Dilated(TimeSpan.FromSeconds(2)));
        Assert.Empty(Patience.NodeVariables);
    }

    private static void Set(string? debugger, string? factor)
    {
        Environment.SetEnvironmentVariable(Patience.DebuggerVariable, debugger);
        Environment.SetEnvironmentVariable(Patience.FactorVariable, factor);
    }

    private sealed class Kit(string config, ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(config, output);
}

[CollectionDefinition(nameof(PatienceSpecs), DisableParallelization = true)]
public sealed class PatienceCollection;
