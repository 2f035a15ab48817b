namespace DeltaStream.LoadTest;

/// <summary>The cost of a server without clients and without a feed.</summary>
internal static class IdleNode
{
    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var report = new Report("% of a core", "RSS MB");
        report.Header();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var contender in options.Contenders)
            {
                await using var bench = await Bench.StartAsync(contender, scenario);
                await Task.Delay(TimeSpan.FromSeconds(scenario.WarmUpSeconds));
                var m = await bench.MeasureAsync(0, TimeSpan.FromSeconds(scenario.Seconds));
                report.Row(contender.Name, round, 100 * m.ServerCores, m.ResidentBytes / 1e6);
            }
        }

        report.Medians();
    }
}
