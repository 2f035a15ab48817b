using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace DeltaStream.LoadTest.Servers;

/// <summary>Several gateways in one cluster with one Redis, on this machine.</summary>
internal sealed class GatewayCluster : IAsyncDisposable
{
    private readonly MeasuredProcess _redis;
    private readonly ConnectionMultiplexer _publisher;
    private readonly List<(MeasuredProcess Process, int Port, int ClusterPort)> _nodes = [];

    private GatewayCluster(MeasuredProcess redis, ConnectionMultiplexer publisher) => (_redis, _publisher) = (redis, publisher);

    /// <summary>The client port of each node.</summary>
    public IEnumerable<int> Ports => _nodes.Select(node => node.Port);

    /// <summary>User and system time of all nodes so far.</summary>
    public TimeSpan Cpu => _nodes.Aggregate(TimeSpan.Zero, (sum, node) => sum + node.Process.Cpu);

    /// <summary>Resident memory of all nodes in bytes.</summary>
    public long ResidentBytes => _nodes.Sum(node => node.Process.ResidentBytes);

    /// <summary>A connection to the Redis of the cluster.</summary>
    public ISubscriber Publisher => _publisher.GetSubscriber();

    /// <summary>Starts Redis and the nodes, and waits until all of them see each other and the feed.</summary>
    /// <param name="contender">The gateway of each node.</param>
    /// <param name="nodes">Number of nodes.</param>
    /// <param name="roomsOfAClient">Rooms of one client, which can be more than the default limit allows.</param>
    public static async Task<GatewayCluster> StartAsync(Contender contender, int nodes, int roomsOfAClient)
    {
        var redisPort = MeasuredProcess.FreePort();
        var redis = new MeasuredProcess("redis-server", ["--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        var publisher = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions { EndPoints = { { "127.0.0.1", redisPort } }, AbortOnConnectFail = false });
        await redis.UntilAsync(() => Task.FromResult(publisher.IsConnected));
        var cluster = new GatewayCluster(redis, publisher);
        var seed = MeasuredProcess.FreePort();
        for (var i = 0; i < nodes; i++) cluster.Add(contender, redisPort, i == 0 ? seed : MeasuredProcess.FreePort(), seed, roomsOfAClient);
        using var http = new HttpClient();
        foreach (var (process, port, _) in cluster._nodes)
        {
            await process.UntilAsync(async () =>
            {
                var health = await http.GetStringAsync($"http://127.0.0.1:{port}/health");
                return health.Contains($"\"members\":{nodes},", StringComparison.Ordinal) && health.Contains("\"feed\":\"live\"", StringComparison.Ordinal);
            });
        }

        return cluster;
    }

    /// <summary>Rooms in use, over all nodes.</summary>
    public async Task<double> RoomsAsync()
    {
        double rooms = 0;
        foreach (var (process, port, _) in _nodes)
        {
            using var metrics = new NodeMetrics(port, process.Id);
            rooms += await metrics.ValueAsync("deltastream_rooms");
        }

        return rooms;
    }

    /// <summary>Bytes between nodes so far, in both directions, from the kernel's counters of each connection.</summary>
    public async Task<long> TrafficAsync()
    {
        using var ss = Process.Start(new ProcessStartInfo("ss", ["-tinH", "state", "established"]) { RedirectStandardOutput = true })!;
        var lines = (await ss.StandardOutput.ReadToEndAsync()).Split('\n');
        await ss.WaitForExitAsync();
        var ports = _nodes.Select(node => $":{node.ClusterPort}").ToArray();
        long bytes = 0;
        // ss prints two lines a connection: addresses, then figures. Only the listening end counts, because each connection has one.
        for (var i = 0; i + 1 < lines.Length; i += 2)
        {
            var local = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, var address, ..] ? address : "";
            if (ports.Any(port => local.EndsWith(port, StringComparison.Ordinal))) bytes += Figure(lines[i + 1], "bytes_received:") + Figure(lines[i + 1], "bytes_sent:");
        }

        return bytes;
    }

    /// <summary>Settings of a node in addition to those of a single gateway.</summary>
    public static (string Name, string Value)[] Settings(int clusterPort, int seed, int roomsOfAClient) =>
    [
        ("CLUSTER_PORT", $"{clusterPort}"),
        ("CLUSTER_SEEDS", $"127.0.0.1:{seed}"),
        ("LOG_LEVEL", "warning"),
        ("LIMIT_SUBSCRIPTIONS", $"{Math.Max(1000, roomsOfAClient)}"),
        // Each client subscribes to all its rooms at once.
        ("LIMIT_MESSAGES_PER_SECOND", $"{Math.Max(1000, roomsOfAClient)}"),
        ("LIMIT_JOINS_PER_SECOND", $"{Math.Max(1000, roomsOfAClient)}"),
        ("LIMIT_SNAPSHOT_BYTES_PER_SECOND", $"{int.MaxValue}"),
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) node.Process.Dispose();
        await _publisher.DisposeAsync();
        _redis.Dispose();
    }

    private static long Figure(string line, string name)
    {
        var start = line.IndexOf(name, StringComparison.Ordinal);
        if (start < 0) return 0;
        start += name.Length;
        var end = line.IndexOf(' ', start);
        return long.Parse(end < 0 ? line[start..] : line[start..end], CultureInfo.InvariantCulture);
    }

    private void Add(Contender contender, int redisPort, int clusterPort, int seed, int roomsOfAClient)
    {
        var port = MeasuredProcess.FreePort();
        _nodes.Add((contender.Start(port, redisPort, Settings(clusterPort, seed, roomsOfAClient)), port, clusterPort));
    }
}
