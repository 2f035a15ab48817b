using System.Diagnostics;
using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>
/// Clients that stop reading a chain: how much server memory each one holds, how the latency of other clients changes, what a
/// client gets when it reads again, and that the server closes the clients that do not.
/// </summary>
internal static class SlowConsumers
{
    /// <summary>Number of reading clients that are subscribed to the chain.</summary>
    public const int OnChain = 50;

    private const int Stuck = 100, Resumed = 50;

    // A write can be stuck for 30 s, and it can take up to twice as long to detect.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(65);

    // Not ten: then every update of one measurement would be at the same phase between two chains, and at another phase in the next.
    private const double ChainRate = 10.3;

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var chain = scenario with { Chain = true, PayloadBytes = 54_000 };
        var time = TimeSpan.FromSeconds(scenario.Seconds);
        foreach (var contender in options.Contenders)
        {
            await using var bench = await Bench.StartAsync(contender, scenario);
            using var readers = new Swarm(chain.SmallestDelivery);
            await bench.ConnectAsync(contender, bench.Swarm, scenario.Clients - OnChain);
            await bench.ConnectAsync(contender, readers, OnChain, contender.SubscribeToChain);

            using var metrics = new NodeMetrics(bench.Port, bench.Server.Id);
            using var fed = new CancellationTokenSource();
            var chains = bench.PublishAsync(chain, ChainRate, TimeSpan.MaxValue, fed.Token);
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
            var report = new Report("p99 beside stuck clients : without", "p99 ms without", "p99 ms beside them", "p50 ms without", "p50 ms beside them", "KB of managed heap above idle each");
            report.Header();
            for (var round = 1; ; round++)
            {
                using var stuck = new Swarm(chain.SmallestDelivery, sampleEvery: 1, reads: false);
                var alone = await bench.MeasureAsync(scenario.Rate, time);
                await bench.ConnectAsync(contender, stuck, Stuck);
                var idle = await metrics.CollectedHeapAsync();
                stuck.SendAll(contender.SubscribeToChain);
                // After this the kernel buffers of the stuck clients are full.
                await bench.MeasureAsync(scenario.Rate, time);
                var beside = await bench.MeasureAsync(scenario.Rate, time);
                var held = (await metrics.CollectedHeapAsync() - idle) / 1024.0 / Stuck;
                report.Row(contender.Name, round, beside.P99 / alone.P99, alone.P99, beside.P99, alone.P50, beside.P50, held);
                if (round < options.Rounds) continue;
                report.Medians();
                await LetGoAsync(bench, readers, stuck, metrics, scenario);
                break;
            }

            await fed.CancelAsync();
            await chains;
        }
    }

    /// <summary>Some of the stuck clients read again; the server must close the others.</summary>
    private static async Task LetGoAsync(Bench bench, Swarm readers, Swarm stuck, NodeMetrics metrics, Scenario scenario)
    {
        stuck.StartReading(Resumed);
        await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(3));
        stuck.TakeLatencies();
        await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(2));
        var ages = stuck.TakeLatencies();
        ages.Sort();
        Console.WriteLine($"{Resumed} read again: 3 s later they get chains {Measurement.Percentile(ages, 0.5):F1} ms old (p99 {Measurement.Percentile(ages, 0.99):F1} ms)");

        double closed = 0;
        for (var waited = Stopwatch.StartNew(); closed < Stuck - Resumed && waited.Elapsed < Patience; closed = await metrics.ValueAsync("deltastream_slow_consumers_total"))
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(1));
        Console.WriteLine($"the other {Stuck - Resumed}: {closed:F0} closed as slow_consumer; closed among the rest: {bench.Swarm.Closed + readers.Closed + stuck.Closed}");
    }
}
