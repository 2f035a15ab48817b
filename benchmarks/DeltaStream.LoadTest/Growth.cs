namespace DeltaStream.LoadTest;

/// <summary>
/// The cost of a delivery by number of clients, in one server: its CPU with the feed minus its CPU without the feed, for each
/// delivery. Both are measured in turn, so that other work of the server (above all compiling) affects both equally.
/// </summary>
internal static class Growth
{
    private static readonly int[] Steps = [100, 1000, 5000, 10_000];

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var time = TimeSpan.FromSeconds(scenario.Seconds);
        foreach (var contender in options.Contenders)
        {
            var report = new Report("marginal µs CPU a delivery", "delivered %", "p99 ms", "server cores", "cores without feed", "RSS MB");
            report.Header();
            await using var bench = await Bench.StartAsync(contender, scenario);
            var medians = new List<string>();
            foreach (var clients in Steps.Where(step => step < scenario.Clients).Append(scenario.Clients))
            {
                await bench.ConnectAsync(contender, bench.Swarm, clients - bench.Swarm.Count);
                await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
                var server = $"{contender.Name} {clients}";
                for (var round = 1; round <= options.Rounds; round++)
                {
                    var quiet = await bench.MeasureAsync(0, time);
                    var m = await bench.MeasureAsync(scenario.Rate, time);
                    report.Row(server, round, (m.ServerCores - quiet.ServerCores) * 1e6 / m.DeliveredPerSecond,
                        100.0 * m.Delivered / (m.Published * clients), m.P99, m.ServerCores, quiet.ServerCores, m.ResidentBytes / 1e6);
                }

                medians.Add($"{report.Median(server):0.0} µs at {clients}");
            }

            Console.WriteLine($"{contender.Name}, medians: {string.Join(", ", medians)}");
        }
    }
}
