using DeltaStream.LoadTest;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.Load.Tests;

/// <summary>
/// The load test's comparisons. The bounds are the goals, those of CPU with slack for a machine that has other work;
/// docs/benchmarks.md has the figures of a quiet one, and artifacts/test-results/load.md those of this run.
/// </summary>
[Trait("Category", "Full")]
[Collection(nameof(Alone))]
public sealed class LoadSpecs
{
    private const double Slack = 1.2;

    // The runner does not show what tests print, and these take twenty minutes for it.
    static LoadSpecs()
    {
        var results = Path.Combine(Repository.Root, "artifacts", "test-results");
        Directory.CreateDirectory(results);
        Console.SetOut(new StreamWriter(Path.Combine(results, "load.md")) { AutoFlush = true });
    }

    [Fact]
    public async Task An_update_to_a_thousand_clients_costs_no_more_than_bare_Kestrel_and_less_than_socket_io()
    {
        var report = await FanOut.RunAsync(Options.Parse(["fanout", "--servers", "gateway,socketio,kestrel", "--rounds", "5"]));

        Assert.InRange(report.Ratio("gateway", "kestrel"), 0, 1.1 * Slack);
        Assert.InRange(report.Ratio("gateway", "socketio"), 0, 0.85 * Slack);
    }

    [Fact]
    public async Task A_chain_and_its_summary_cost_no_more_than_with_socket_io()
    {
        var report = await FanOut.RunAsync(Options.Parse(["chain", "--servers", "gateway,socketio", "--rounds", "5"]));

        Assert.InRange(report.Ratio("gateway", "socketio"), 0, 0.7 * Slack);
    }

    [Fact]
    public async Task An_idle_connection_is_not_larger_than_with_bare_Kestrel()
    {
        var report = await Idle.RunAsync(Options.Parse(["idle", "--servers", "gateway,kestrel", "--rounds", "5", "--warm-up", "8"]));

        Assert.InRange(report.Ratio("gateway", "kestrel"), 0, 1);
    }

    [Fact]
    public async Task The_gateway_makes_as_many_deliveries_a_second_as_bare_Kestrel()
    {
        var report = await Throughput.RunAsync(Options.Parse(["throughput", "--servers", "gateway,kestrel", "--rounds", "5", "--rate", "40", "--seconds", "3"]));

        Assert.InRange(report.Ratio("gateway", "kestrel"), 0.8 / Slack, double.MaxValue);
    }
}

/// <summary>What is compared here is not to be disturbed by other specs.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
