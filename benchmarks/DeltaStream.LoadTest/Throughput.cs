using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>The most deliveries a second with a 99th percentile under the bound. The rate rises until the percentile exceeds the bound.</summary>
internal static class Throughput
{
    private const double BoundMilliseconds = 250, Step = 1.2;

    public static async Task<Report> RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var report = new Report("1,000 deliveries a second", "messages a second", "µs CPU a delivery", "p99 ms", "server cores", "load client cores");
        await using var field = await Field.StartAsync(options, warmUp: true);
        report.Header();
        var start = field.Benches.ToDictionary(it => it.Contender.Name, _ => scenario.Rate);
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var (contender, bench) in field.Benches)
            {
                Measurement? best = null;
                var bestRate = 0.0;
                for (var rate = start[contender.Name]; rate <= options.UpTo; rate *= Step)
                {
                    var m = await bench.MeasureAsync(rate, TimeSpan.FromSeconds(scenario.Seconds));
                    // A message that is not delivered has no latency, so conflated or lost messages also end the rise. Messages that
                    // were published within the bound before the end can still be in flight.
                    var due = (m.Published - rate * BoundMilliseconds / 1000) * scenario.Clients;
                    if (!(m.P99 < BoundMilliseconds) || m.Delivered < 0.99 * due || m.Closed > 0) break;
                    (best, bestRate) = (m, rate);
                }

                report.Row(contender.Name, round, (best?.DeliveredPerSecond ?? 0) / 1000, bestRate, best?.CpuMicroseconds ?? 0, best?.P99 ?? 0,
                    best?.ServerCores ?? 0, best?.ClientCores ?? 0);
                // Lets queues drain. The next round starts just below the best rate, and not at the lowest rate.
                await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(2));
                start[contender.Name] = Math.Max(scenario.Rate, bestRate / Math.Pow(Step, 3));
            }
        }

        report.Medians();
        // Measures near the limit, where many updates leave in one write.
        foreach (var (contender, bench) in field.Benches) await Allocations.PrintAsync(contender, bench, start[contender.Name]);
        return report;
    }
}
