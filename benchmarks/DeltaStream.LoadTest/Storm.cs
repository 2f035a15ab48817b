using System.Diagnostics;
using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>
/// Many clients connect within a second while the feed runs, and leave within one; what the others notice, and what is left behind.
/// Evenly, as far as client and server keep up: a balancer's clients do not come in one instant, and here client and server
/// share the cores, so what the client does at once weighs on what the server does.
/// </summary>
internal static class Storm
{
    private const int Staying = 500;

    // Within a second, handshakes included.
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
            Console.WriteLine($"{Staying} clients stay: p99 {quiet.P99:F1} ms; left: {await metrics.SummaryAsync()}");

            var report = new Report("p99 ms as they come", "p99 ms as they leave", "seconds to connect all");
            report.Header();
            for (var round = 1; round <= options.Rounds; round++)
            {
                using var storm = new Swarm(scenario.SmallestDelivery);
                var clock = Stopwatch.StartNew();
                // A failed handshake throws, and ends the run.
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
            // Rooms are listened to for some seconds after their last client.
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(10));
            Console.WriteLine($"after {options.Rounds} rounds: {await metrics.SummaryAsync()}");
        }
    }
}
