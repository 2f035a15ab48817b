namespace DeltaStream.LoadTest;

/// <summary>How many deliveries a second a server makes while the 99th percentile stays under the bound: the rate is raised until it does not.</summary>
internal static class Throughput
{
    private const double BoundMilliseconds = 250, Step = 1.25;

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var report = new Report("1,000 deliveries a second", "messages a second", "µs CPU a delivery", "p99 ms", "server cores", "load client cores");
        report.Header();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var contender in options.Contenders)
            {
                await using var bench = await Bench.StartAsync(contender, scenario);
                await bench.ConnectAsync(contender, bench.Swarm, scenario.Clients);
                await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
                Measurement? best = null;
                var bestRate = 0.0;
                for (var rate = scenario.Rate; rate < 100_000; rate *= Step)
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
            }
        }

        report.Medians();
    }
}
