using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>
/// Clients that stop reading a chain: what each holds of the server's memory, what the others notice, what those get that
/// read again, and that those are closed that do not.
/// </summary>
internal static class SlowConsumers
{
    private const int OnChain = 50, Stuck = 100, Resumed = 50;
    private const double ChainRate = 10;

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var chain = scenario with { Chain = true, PayloadBytes = 54_000 };
        var time = TimeSpan.FromSeconds(scenario.Seconds);
        foreach (var contender in options.Contenders)
        {
            await using var bench = await Bench.StartAsync(contender, scenario);
            using var readers = new Swarm(chain.SmallestDelivery);
            using var stuck = new Swarm(chain.SmallestDelivery, sampleEvery: 1, reads: false);
            await bench.ConnectAsync(contender, bench.Swarm, scenario.Clients - OnChain);
            await bench.ConnectAsync(contender, readers, OnChain, contender.SubscribeToChain);

            using var metrics = new NodeMetrics(bench.Port, bench.Server.Id);
            var chains = bench.PublishAsync(chain, ChainRate, time * 4.5 + TimeSpan.FromSeconds(scenario.WarmUpSeconds + 60));
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
            var alone = await bench.MeasureAsync(scenario.Rate, time);
            Console.WriteLine($"without stuck clients: p50 {alone.P50:F1} ms, p99 {alone.P99:F1} ms");

            await bench.ConnectAsync(contender, stuck, Stuck);
            var idle = await metrics.CollectedHeapAsync();
            stuck.SendAll(contender.SubscribeToChain);
            // What the kernel takes for a client is full after this.
            await bench.MeasureAsync(scenario.Rate, time);
            var beside = await bench.MeasureAsync(scenario.Rate, time);
            var held = (await metrics.CollectedHeapAsync() - idle) / 1024.0 / Stuck;
            Console.WriteLine($"beside {Stuck} stuck ones: p50 {beside.P50:F1} ms, p99 {beside.P99:F1} ms, {held:F1} KB of managed heap above idle each");

            stuck.StartReading(Resumed);
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(3));
            stuck.TakeLatencies();
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(2));
            var ages = stuck.TakeLatencies();
            ages.Sort();
            Console.WriteLine($"{Resumed} read again: 3 s later they get chains {Measurement.Percentile(ages, 0.5):F1} ms old (p99 {Measurement.Percentile(ages, 0.99):F1} ms)");

            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(40));
            Console.WriteLine($"the other {Stuck - Resumed}: {await metrics.ValueAsync("deltastream_slow_consumers_total"):F0} closed as slow_consumer; closed among the rest: {bench.Swarm.Closed + readers.Closed + stuck.Closed}");
            await chains;
        }
    }
}
