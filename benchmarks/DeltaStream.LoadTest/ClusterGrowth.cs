using System.Diagnostics;
using System.Globalization;
using System.Text;
using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;
using StackExchange.Redis;

namespace DeltaStream.LoadTest;

/// <summary>
/// The cost of an update by number of nodes and rooms. A hundred clients, spread over the nodes and in no wide room, share the
/// rooms: each room has clients on every node (10 rooms) or one client (1,000 and 10,000). Each figure is measured with the feed
/// and at rest. The difference is the cost of the updates; the figure at rest is the cost of membership and of pub-sub's registry.
/// </summary>
internal static class ClusterGrowth
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        foreach (var contender in options.Contenders)
        {
            Console.WriteLine($"{contender.Name}:");
            Header();
            foreach (var nodes in options.Nodes)
                foreach (var rooms in options.Rooms) await MeasureAsync(contender, scenario, nodes, rooms);
        }
    }

    private static void Header()
    {
        Console.WriteLine("| nodes | rooms | deliveries an update | µs CPU an update, all nodes | µs CPU a delivery and node | bytes between nodes an update | at rest: bytes a second between nodes | at rest: % of a core, all nodes | RSS MB a node |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    }

    private static async Task MeasureAsync(Contender contender, Scenario scenario, int nodes, int rooms)
    {
        var (clients, there) = (scenario.Clients, new HashSet<(int Node, int Room)>());
        await using var cluster = await GatewayCluster.StartAsync(contender, nodes, roomsOfAClient: 1 + rooms / clients);
        using var swarm = new Swarm(scenario.SmallestDelivery);
        var ports = cluster.Ports.ToArray();
        for (var client = 0; client < clients; client++)
        {
            // With few rooms, each room has clients on every node. With many rooms, each client has rooms of its own.
            var first = client * rooms / clients;
            var own = rooms < clients ? [client / nodes % rooms] : Enumerable.Range(first, (client + 1) * rooms / clients - first).ToArray();
            there.UnionWith(own.Select(room => (client % nodes, room)));
            await swarm.ConnectAsync(ports[client % nodes], contender.Path, contender.Dialect, 1, TimeSpan.Zero, Frames(own));
        }

        await UntilThereAsync(cluster, there.Count);

        await PublishAsync(cluster, scenario, rooms, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
        var time = TimeSpan.FromSeconds(scenario.Seconds);
        var feed = await LookAsync(cluster, swarm, () => PublishAsync(cluster, scenario, rooms, time));
        var rest = await LookAsync(cluster, swarm, async () =>
        {
            await Task.Delay(time);
            return 0;
        });
        var cpu = (feed.Cpu - rest.Cpu) * 1e6 / feed.Published;
        var deliveries = (double)feed.Delivered / feed.Published;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {nodes} | {rooms:N0} | {deliveries:F2} | {cpu:F0} | {cpu / deliveries / nodes:F1} | {(feed.Traffic - rest.Traffic) / feed.Published:F0} | {rest.Traffic / time.TotalSeconds:F0} | {100 * rest.Cpu / time.TotalSeconds:F1} | {cluster.ResidentBytes / 1e6 / nodes:F0} |"));
    }

    /// <summary>Frames that a client sends after connecting: it leaves the wide room and joins its own rooms.</summary>
    private static string[] Frames(int[] own) =>
        ["""42["unsubscribe",{"type":"general"}]""", .. own.Select(room => $$"""42["subscribe",{"type":"product","symbol":"P{{room}}"}]""")];

    /// <summary>Waits until all rooms exist and every node knows them.</summary>
    private static async Task UntilThereAsync(GatewayCluster cluster, int expected)
    {
        var waited = Stopwatch.StartNew();
        for (double rooms; (rooms = await cluster.RoomsAsync()) < expected; await Task.Delay(TimeSpan.FromMilliseconds(200)))
            if (waited.Elapsed > Patience) throw new InvalidOperationException($"the nodes have {rooms} rooms, not {expected}");
        await Task.Delay(TimeSpan.FromSeconds(3));
    }

    private static async Task<Sample> LookAsync(GatewayCluster cluster, Swarm swarm, Func<Task<long>> act)
    {
        var (cpu, traffic, delivered) = (cluster.Cpu, await cluster.TrafficAsync(), swarm.Delivered);
        var published = await act();
        // Messages that are still in flight belong to this sample.
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        return new(published, swarm.Delivered - delivered, (cluster.Cpu - cpu).TotalSeconds, await cluster.TrafficAsync() - traffic);
    }

    private static async Task<long> PublishAsync(GatewayCluster cluster, Scenario scenario, int rooms, TimeSpan time)
    {
        var publisher = cluster.Publisher;
        var clock = Stopwatch.StartNew();
        var count = 0;
        for (; clock.Elapsed < time; count++)
        {
            var due = TimeSpan.FromSeconds(count / scenario.Rate) - clock.Elapsed;
            if (due > TimeSpan.FromMilliseconds(1)) await Task.Delay(due);
            // This step visits every room in turn, and consecutive rooms are on different nodes.
            var room = (int)((long)count * 7_919 % rooms);
            var text = string.Create(CultureInfo.InvariantCulture, $"{{\"product\": \"P{room}\", \"sent\": {Swarm.NowMicroseconds}, \"timestamp\": \"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}\", \"price\": {count}, \"pad\": \"{new string('x', Math.Max(0, scenario.PayloadBytes - 120))}\"}}");
            await publisher.PublishAsync(RedisChannel.Literal(scenario.Channel), Encoding.UTF8.GetBytes(text), CommandFlags.FireAndForget);
        }

        return count;
    }

    private sealed record Sample(long Published, long Delivered, double Cpu, double Traffic);
}
