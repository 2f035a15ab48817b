using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>How many deliveries a second a server makes while the 99th percentile stays under the bound: the rate is raised until it does not.</summary>
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
                    // What is not delivered has no latency: conflated or lost messages end the climb as well. What was published
                    // within the bound of the end may still be under way.
                    var due = (m.Published - rate * BoundMilliseconds / 1000) * scenario.Clients;
                    if (!(m.P99 < BoundMilliseconds) || m.Delivered < 0.99 * due || m.Closed > 0) break;
                    (best, bestRate) = (m, rate);
                }

                report.Row(contender.Name, round, (best?.DeliveredPerSecond ?? 0) / 1000, bestRate, best?.CpuMicroseconds ?? 0, best?.P99 ?? 0,
                    best?.ServerCores ?? 0, best?.ClientCores ?? 0);
                // What is queued leaves, and the next round need not climb from the bottom.
                await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(2));
                start[contender.Name] = Math.Max(scenario.Rate, bestRate / Math.Pow(Step, 3));
            }
        }

        report.Medians();
        // Near the limit, where many updates leave in one write.
        foreach (var (contender, bench) in field.Benches) await Allocations.PrintAsync(contender, bench, start[contender.Name]);
        return report;
    }
}
