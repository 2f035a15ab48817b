using System.Diagnostics;
using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>
/// Many clients connect within a second while the feed runs, and leave within a second: how the latency of other clients changes,
/// and what remains on the server. They connect evenly. Behind a balancer clients do not connect in one instant, and here client
/// and server share the cores, so a burst of the load client would slow the server down.
/// </summary>
internal static class Storm
{
    private const int Staying = 500;

    // Below one second, so that everything including handshakes fits into one second.
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(0.8);

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        var time = TimeSpan.FromSeconds(scenario.Seconds);
        foreach (var contender in options.Contenders)
        {
            await using var bench = await Bench.StartAsync(contender, scenario);
            using var metrics = new NodeMetrics(bench.Port, bench.Server.Id);
            await bench.ConnectAsync(contender, bench.Swarm, Staying);
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
            var quiet = await bench.MeasureAsync(scenario.Rate, time * 3);
            Console.WriteLine($"{Staying} clients stay: p99 {quiet.P99:F1} ms; on the node: {await metrics.SummaryAsync()}");

            var report = new Report("p99 ms as they come", "p99 ms as they leave", "seconds to connect all");
            report.Header();
            for (var round = 1; round <= options.Rounds; round++)
            {
                using var storm = new Swarm(scenario.SmallestDelivery);
                var clock = Stopwatch.StartNew();
                // A failed handshake throws and ends the run.
                var connecting = bench.ConnectAsync(contender, storm, scenario.Clients, Span, contender.SubscribeToChain)
                    .ContinueWith(done => { done.GetAwaiter().GetResult(); return clock.Elapsed.TotalSeconds; }, TaskScheduler.Default);
                var coming = await bench.MeasureAsync(scenario.Rate, time);
                var seconds = await connecting;
                var left = storm.LeaveAsync(Span);
                var leaving = await bench.MeasureAsync(scenario.Rate, time);
                await left;
                report.Row(contender.Name, round, coming.P99, leaving.P99, seconds);
                if (round == 1) Console.WriteLine($"after one round: {await metrics.SummaryAsync()}");
            }

            report.Medians();
            // A node stays subscribed to a room for some seconds after its last client has left.
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(10));
            Console.WriteLine($"after {options.Rounds} rounds: {await metrics.SummaryAsync()}");
        }
    }
}
