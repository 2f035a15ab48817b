using System.Diagnostics;
using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>
/// Clients come all the time, are in random rooms, and leave with a goodbye, with a closed socket or in silence; some stop reading.
/// What the node holds must stay the same, and after the last client it must be back where it was at the start.
/// </summary>
internal static class Churn
{
    private const int Symbols = 200, ChainSymbols = 10;
    private const double ChainsPerSecond = 4;

    // How long a client stays; how long one that stops reading does.
    private static readonly (double Least, double Most) Stay = (4, 16);
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario with { Products = Symbols };
        var chains = scenario with { Chain = true, PayloadBytes = 54_000, Products = ChainSymbols };
        foreach (var contender in options.Contenders)
        {
            await using var bench = await Bench.StartAsync(contender, scenario);
            using var metrics = new NodeMetrics(bench.Port, bench.Server.Id);
            using var fed = new CancellationTokenSource();
            var feeds = new[]
            {
                bench.PublishAsync(scenario, scenario.Rate, TimeSpan.MaxValue, fed.Token), bench.PublishAsync(chains, ChainsPerSecond, TimeSpan.MaxValue, fed.Token),
            };
            var footprint = new Footprint(bench.Server, metrics);
            var actors = await metrics.ValueAsync("deltastream_actors");
            // The first clients make what a node makes once: threads, compiled code, pools.
            await ComeAndGoAsync(contender, bench.Port, scenario.Clients, TimeSpan.FromSeconds(2), () => Task.CompletedTask);
            await GoneAsync(metrics, actors);
            var before = await footprint.TakeAsync();

            Console.WriteLine("| server | second | connects | clients | RSS MB | anonymous MB | managed heap MB | committed MB | fragmented MB | threads | handles | actors | rooms |");
            Console.WriteLine(string.Concat(Enumerable.Repeat("| --- ", 13)) + "|");
            var clock = Stopwatch.StartNew();
            var (connects, warm, time) = (0, TimeSpan.FromSeconds(scenario.WarmUpSeconds), TimeSpan.FromSeconds(scenario.WarmUpSeconds + scenario.Seconds));
            var measured = new List<Footprint.Sample>();
            var nextSample = TimeSpan.Zero;
            connects = await ComeAndGoAsync(contender, bench.Port, scenario.Clients, time, async () =>
            {
                if (clock.Elapsed < nextSample) return;
                nextSample = clock.Elapsed + SampleEvery;
                var sample = await footprint.TakeAsync();
                if (clock.Elapsed >= warm) measured.Add(sample);
                Console.WriteLine($"| {contender.Name} | {clock.Elapsed.TotalSeconds:F0} | {clock.Elapsed.TotalSeconds * scenario.Clients:F0} {sample}");
            });
            await GoneAsync(metrics, before.Actors);
            var after = await footprint.TakeAsync();
            await fed.CancelAsync();
            await Task.WhenAll(feeds);
            Console.WriteLine($"before | {before}");
            Console.WriteLine($"after | {after}");
            Console.WriteLine(FormattableString.Invariant($"{contender.Name}: {connects} connects; RSS rises {Footprint.Slope(measured):F2} MB a minute; ")
                + FormattableString.Invariant($"left behind: {after.Threads - before.Threads:F0} threads, {after.Handles - before.Handles:F0} handles, {after.Actors - before.Actors:F0} actors, {after.Rooms - before.Rooms:F0} rooms"));
        }
    }

    /// <summary>Lets so many clients a second come, and waits until the last one has gone.</summary>
    private static async Task<int> ComeAndGoAsync(Contender contender, int port, int perSecond, TimeSpan time, Func<Task> meanwhile)
    {
        var random = new Random(4711);
        var visitors = new HashSet<Task>();
        var (clock, count) = (Stopwatch.StartNew(), 0);
        for (; clock.Elapsed < time; count++)
        {
            var due = TimeSpan.FromSeconds((double)count / perSecond) - clock.Elapsed;
            if (due > TimeSpan.FromMilliseconds(1)) await Task.Delay(due);
            visitors.Add(new Visitor(contender, port, random.Next()).RunAsync());
            if (count % perSecond != 0) continue;
            foreach (var gone in visitors.Where(visitor => visitor.IsCompleted).ToArray())
            {
                await gone;
                visitors.Remove(gone);
            }

            await meanwhile();
        }

        await Task.WhenAll(visitors);
        return count;
    }

    /// <summary>Waits until the node has let go of every client, every room and its topic.</summary>
    private static async Task GoneAsync(NodeMetrics metrics, double actors)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(500))
            if (await metrics.ValueAsync("deltastream_sessions") == 0 && await metrics.ValueAsync("deltastream_rooms") <= 1) break;
        // The mediator keeps a topic's actor for two minutes after its last subscriber, and looks for such topics every minute.
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(3.5); await Task.Delay(1000))
            if (await metrics.ValueAsync("deltastream_actors") <= actors) break;
    }

    /// <summary>One client: its life is decided by its seed.</summary>
    private sealed class Visitor(Contender contender, int port, int seed)
    {
        private readonly Random _random = new(seed);

        public async Task RunAsync()
        {
            using var socket = await Swarm.HandshakeAsync(port, contender.Path, contender.Dialect, []);
            var client = new SwarmClient(socket, contender.Dialect, smallestDelivery: int.MaxValue, sampled: false);
            if (_random.Next(20) == 0)
            {
                Send(client, "subscribe", "chain", ChainSymbols);
                await Task.Delay(Stuck);
                return;
            }

            using var stop = new CancellationTokenSource();
            var reading = ReadAsync(client, stop.Token);
            for (var left = Stay.Least + _random.NextDouble() * (Stay.Most - Stay.Least); left > 0 && !reading.IsCompleted; left--)
            {
                var (isChain, leaves) = (_random.Next(5) == 0, _random.Next(3) == 0);
                Send(client, leaves ? "unsubscribe" : "subscribe", isChain ? "chain" : "product", isChain ? ChainSymbols : Symbols);
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(1, left)));
            }

            var end = _random.Next(3);
            if (end == 0) Epoll.Send(client.Handle, SwarmClient.Masked("41"));
            // A silent client is still connected and does not answer pings, until the node closes it.
            else if (end == 1) await (await Task.WhenAny(SilentAsync(client), Task.Delay(TimeSpan.FromMinutes(2))));
            await stop.CancelAsync();
            await reading;

            async Task SilentAsync(SwarmClient silent)
            {
                await stop.CancelAsync();
                await reading;
                var buffer = new byte[64 * 1024];
                try
                {
                    while (await silent.Socket.ReceiveAsync(buffer) > 0) { }
                }
                catch (System.Net.Sockets.SocketException)
                {
                    // The node has broken the connection.
                }
            }
        }

        private void Send(SwarmClient client, string what, string type, int symbols) => Epoll.Send(client.Handle, SwarmClient.Masked(
            $$"""42["{{what}}",{"type":"{{type}}","symbol":"NIFTY{{_random.Next(symbols)}}"}]"""));

        private static async Task ReadAsync(SwarmClient client, CancellationToken stop)
        {
            var (buffer, latencies) = (new byte[16 * 1024], new List<int>());
            try
            {
                while (await client.Socket.ReceiveAsync(buffer, stop) is > 0 and var read) client.Receive(buffer.AsSpan(0, read), Swarm.NowMicroseconds, latencies);
            }
            catch (Exception e) when (e is OperationCanceledException or System.Net.Sockets.SocketException)
            {
                // It leaves, or the node has broken the connection.
            }
        }
    }
}
