using DeltaStream.LoadTest.Load;

namespace DeltaStream.LoadTest;

/// <summary>Long-polling clients: the cost of a delivery over HTTP, and whether each client gets the last update.</summary>
internal static class Polling
{
    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        foreach (var contender in options.Contenders)
        {
            var report = new Report("µs CPU a delivery", "delivered %", "clients with the last update", "server cores", "load client cores");
            report.Header();
            await using var bench = await Bench.StartAsync(contender, scenario);
            using var pollers = new PollingSwarm(bench.Port);
            await pollers.ConnectAsync(scenario.Clients);
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
            // The last update of the warm-up is still under way to some clients: without this pause it would count as measured.
            await Task.Delay(TimeSpan.FromSeconds(1));
            var (before, cpu) = (pollers.Delivered, bench.Server.Cpu);
            var m = await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.Seconds));
            await Task.Delay(TimeSpan.FromSeconds(1));
            var delivered = pollers.Delivered - before;
            report.Row(contender.Name, 1, (bench.Server.Cpu - cpu).TotalMicroseconds / Math.Max(1, delivered),
                100.0 * delivered / (m.Published * scenario.Clients), pollers.WithNewest, m.ServerCores, m.ClientCores);
        }
    }
}
