namespace DeltaStream.LoadTest;

/// <summary>One message in, one to each client out: the price of a delivery.</summary>
internal static class FanOut
{
    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var report = new Report("µs CPU a delivery", "delivered %", "p50 ms", "p99 ms", "server cores", "RSS MB", "load client cores");
        report.Header();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var contender in options.Contenders)
            {
                await using var bench = await Bench.StartAsync(contender, scenario);
                await bench.ConnectAsync(contender, bench.Swarm, scenario.Clients, scenario.Chain ? contender.SubscribeToChain : []);
                await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
                var m = await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.Seconds));
                report.Row(contender.Name, round, m.CpuMicroseconds, 100.0 * m.Delivered / (m.Published * scenario.Clients),
                    m.P50, m.P99, m.ServerCores, m.ResidentBytes / 1e6, m.ClientCores);
                if (m.Closed > 0) Console.WriteLine($"{m.Closed} clients of {contender.Name} were closed");
            }
        }

        report.Medians();
    }
}
