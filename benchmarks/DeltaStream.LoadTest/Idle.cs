namespace DeltaStream.LoadTest;

/// <summary>The memory of an idle connection: resident bytes with all clients minus resident bytes with 100.</summary>
internal static class Idle
{
    /// <summary>Clients that are connected before the first measurement.</summary>
    public const int Baseline = 100;

    public static async Task<Report> RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var report = new Report("KB a connection", "RSS MB", "server cores while idle");
        report.Header();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var contender in options.Contenders)
            {
                await using var bench = await Bench.StartAsync(contender, scenario);
                // The first clients warm up what all clients share, so they are not counted.
                await bench.ConnectAsync(contender, bench.Swarm, Baseline, contender.SubscribeToChain);
                await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
                var before = bench.Server.ResidentBytes;
                await bench.ConnectAsync(contender, bench.Swarm, scenario.Clients - Baseline, contender.SubscribeToChain);
                await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
                var cpu = bench.Server.Cpu;
                await Task.Delay(TimeSpan.FromSeconds(scenario.Seconds));
                var idle = (bench.Server.Cpu - cpu).TotalSeconds / scenario.Seconds;
                report.Row(contender.Name, round, (bench.Server.ResidentBytes - before) / 1024.0 / (scenario.Clients - Baseline),
                    bench.Server.ResidentBytes / 1e6, idle);
            }
        }

        report.Medians();
        return report;
    }
}
