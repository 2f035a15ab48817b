using System.Globalization;
using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>
/// What clients with views cost, beside clients that get whole chains and clients that get small updates. Each kind of client has a
/// server of its own. They are measured in turn, round by round, while the others are idle.
/// </summary>
internal static class Views
{
    private const string LeaveGeneral = """42["unsubscribe",{"type":"general"}]""";
    private const string Compact = """ "mode":"delta","format":"compact","preset":"quote","window":""";
    private const int Different = 50;

    private static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(1);

    /// <summary>1,000 clients of one chain: in one view, in 50 views, and with whole chains.</summary>
    public static async Task<Report> RunChainAsync(Options options)
    {
        var scenario = options.Scenario;
        return await RunAsync(options, "µs CPU a delivery", static m => m.CpuMicroseconds, contender => contender.IsGateway
            ?
            [
                new("small updates", contender, Market.Of(scenario), scenario.SmallestDelivery),
                new("one view", contender, Market.Chain(), 100, Chain(static _ => Compact + "{\"atm\":[10,10]}")),
                new("50 views", contender, Market.Chain(), 100, Chain(static number => Compact + $"{{\"atm\":[{8 + number % Different / 10},{6 + number % 10}]}}")),
                new("whole", contender, Market.Chain(), 27_000, Chain(null)),
                new("deflated", contender with { Dialect = Dialect.SocketIODeflate }, Market.Chain(), 27_000, Chain(null)),
            ]
            : [new("whole", contender, Market.Chain(), 27_000, _ => contender.SubscribeToChain)]);
    }

    /// <summary>500 traders, each with a chain and 20 products on the screen.</summary>
    public static Task<Report> RunScreenAsync(Options options) =>
        RunAsync(options, "µs CPU a client and second", m => m.ServerCores * 1e6 / options.Scenario.Clients, contender => contender.IsGateway
            ?
            [
                new("whole", contender, Market.Screen(), 100, Traders(null, "")),
                new("deflated", contender with { Dialect = Dialect.SocketIODeflate }, Market.Screen(), 100, Traders(null, "")),
                new("rows", contender, Market.Screen(), 100, Traders(""" "mode":"delta","strikes":10,"preset":"quote" """, "")),
                new("compact", contender, Market.Screen(), 100, Traders(""" "mode":"delta","format":"compact","strikes":10,"fields":["last"] """, ",\"max_rate\":1")),
            ]
            : [new("whole", contender, Market.Screen(), 100, Traders(null, ""))]);

    private static async Task<Report> RunAsync(Options options, string unit, Func<Measurement, double> figure, Func<Contender, IReadOnlyList<Arm>> armsOf)
    {
        var scenario = options.Scenario;
        var report = new Report(unit, "deliveries a client and second", "bytes a delivery", "KB a client and second", "p50 ms", "p99 ms", "server cores", "RSS MB", "load client cores");
        var benches = new List<(string Name, Bench Bench)>();
        try
        {
            foreach (var contender in options.Contenders)
            {
                foreach (var arm in armsOf(contender))
                {
                    var bench = await Bench.StartAsync(arm.Contender, arm.Market, arm.SmallestDelivery);
                    benches.Add(($"{contender.Name}, {arm.Name}", bench));
                    await bench.Swarm.ConnectAsync(bench.Port, arm.Contender.Path, arm.Contender.Dialect, scenario.Clients, TimeSpan.Zero, arm.FramesOf);
                    await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
                }
            }

            report.Header();
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var (name, bench) in benches)
                {
                    await bench.MeasureAsync(scenario.Rate, LeadIn);
                    var m = await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.Seconds));
                    var perClient = m.DeliveredPerSecond / scenario.Clients;
                    report.Row(name, round, figure(m), perClient, m.WireBytes, m.WireBytes * perClient / 1000, m.P50, m.P99, m.ServerCores, m.ResidentBytes / 1e6, m.ClientCores);
                    if (m.Closed > 0) Console.WriteLine($"{m.Closed} clients of {name} were closed");
                }
            }

            report.Medians();
            return report;
        }
        finally
        {
            foreach (var (_, bench) in benches) await bench.DisposeAsync();
        }
    }

    private static Func<int, string[]> Chain(Func<int, string>? viewOf) => number =>
        [LeaveGeneral, $"42[\"subscribe\",{{{Market.ChainRoom}{(viewOf is null ? "" : "," + viewOf(number))}}}]"];

    private static Func<int, string[]> Traders(string? view, string product) => _ =>
    [
        LeaveGeneral,
        $"42[\"subscribe\",{{{Market.ChainRoom}{(view is null ? "" : "," + view)}}}]",
        .. Enumerable.Range(0, Market.ScreenProducts).Select(number => string.Create(CultureInfo.InvariantCulture, $"42[\"subscribe\",{{\"type\":\"product\",\"symbol\":\"{Market.Product(number)}\"{product}}}]")),
    ];

    /// <summary>Clients of one kind.</summary>
    /// <param name="Name">The name in the table.</param>
    /// <param name="Contender">Their server.</param>
    /// <param name="Market">What is published.</param>
    /// <param name="SmallestDelivery">Smaller frames do not count as deliveries.</param>
    /// <param name="Frames">What each client sends when it is connected, by its number; null for nothing.</param>
    private sealed record Arm(string Name, Contender Contender, Market Market, int SmallestDelivery, Func<int, string[]>? Frames = null)
    {
        public string[] FramesOf(int number) => Frames?.Invoke(number) ?? [];
    }
}
