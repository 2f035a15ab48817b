using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>
/// The cost of a delivery: one message in, one message out to each client. All servers start, get their clients and warm up
/// once. Then they are measured in turn, round by round, while the other servers are idle.
/// </summary>
internal static class FanOut
{
    private static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(1);

    public static async Task<Report> RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var report = new Report("µs CPU a delivery", "delivered %", "p50 ms", "p99 ms", "KB on the wire", "server cores", "RSS MB", "load client cores");
        await using var field = await Field.StartAsync(options, warmUp: true);
        report.Header();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var (contender, bench) in field.Benches)
            {
                await bench.MeasureAsync(scenario.Rate, LeadIn);
                var m = await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.Seconds));
                report.Row(contender.Name, round, m.CpuMicroseconds, 100.0 * m.Delivered / (m.Published * scenario.Clients),
                    m.P50, m.P99, m.WireBytes / 1024, m.ServerCores, m.ResidentBytes / 1e6, m.ClientCores);
                if (m.Closed > 0) Console.WriteLine($"{m.Closed} clients of {contender.Name} were closed");
            }
        }

        report.Medians();
        foreach (var (contender, bench) in field.Benches) await Allocations.PrintAsync(contender, bench, scenario.Rate);
        return report;
    }
}
