namespace DeltaStream.LoadTest;

/// <summary>What a delivery costs as clients grow, in one server: its CPU with the feed less its CPU without, for each delivery.</summary>
internal static class Growth
{
    private static readonly int[] Steps = [100, 1000, 5000, 10_000];

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var time = TimeSpan.FromSeconds(scenario.Seconds);
        foreach (var contender in options.Contenders)
        {
            var report = new Report("marginal µs CPU a delivery", "clients", "delivered %", "p99 ms", "server cores", "cores without feed", "RSS MB");
            report.Header();
            await using var bench = await Bench.StartAsync(contender, scenario);
            var round = 0;
            foreach (var clients in Steps.Where(step => step <= scenario.Clients))
            {
                await bench.ConnectAsync(contender, bench.Swarm, clients - bench.Swarm.Count);
                await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
                var quiet = await bench.MeasureAsync(0, time);
                var m = await bench.MeasureAsync(scenario.Rate, time);
                report.Row(contender.Name, ++round, (m.ServerCores - quiet.ServerCores) * 1e6 / m.DeliveredPerSecond, clients,
                    100.0 * m.Delivered / (m.Published * clients), m.P99, m.ServerCores, quiet.ServerCores, m.ResidentBytes / 1e6);
            }
        }
    }
}
