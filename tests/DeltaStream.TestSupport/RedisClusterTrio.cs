namespace DeltaStream.TestSupport;

/// <summary>A Redis Cluster of three primaries, with or without replicas.</summary>
public sealed class RedisClusterTrio : IAsyncDisposable
{
    private const int Primaries = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("redis-cluster-").FullName;
    private readonly List<RedisServer> _servers = [];

    private RedisClusterTrio()
    {
    }

    /// <summary>The primaries at the start, then the replicas.</summary>
    public IReadOnlyList<RedisServer> Servers => _servers;

    /// <summary>The primaries at the start, in the form of REDIS_URL.</summary>
    public string Url => "redis://" + string.Join(',', Servers.Take(Primaries).Select(server => $"127.0.0.1:{server.Port}"));

    /// <summary>Starts the nodes; returns when all slots are served and every replica is in step.</summary>
    /// <param name="replicas">How many replicas each primary has.</param>
    public static async Task<RedisClusterTrio> StartAsync(int replicas = 0)
    {
        var cluster = new RedisClusterTrio();
        for (var i = 0; i < Primaries * (1 + replicas); i++)
        {
            var (port, bus) = (FreePort.Next(), FreePort.Next());
            cluster._servers.Add(await RedisServer.StartOnAsync(
                port, "--cluster-enabled", "yes", "--cluster-config-file", Path.Combine(cluster._folder, $"{port}.conf"),
                "--cluster-port", $"{bus}", "--cluster-node-timeout", "1000"));
        }

        var made = await Command.RunAsync(cluster._folder, TimeSpan.FromMinutes(1), [],
            ["redis-cli", "--cluster", "create", .. cluster._servers.Select(server => $"127.0.0.1:{server.Port}"), "--cluster-replicas", $"{replicas}", "--cluster-yes"]);
        if (made.ExitCode != 0) throw new InvalidOperationException(made.Output);
        foreach (var server in cluster.Servers)
            await Eventually.True(async () => (await server.ExecuteAsync("CLUSTER", "INFO")).StartsWith("cluster_state:ok", StringComparison.Ordinal), "the cluster is complete", TimeSpan.FromSeconds(30));
        foreach (var server in cluster.Servers.Skip(Primaries))
            await Eventually.True(async () => (await server.ExecuteAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal), "the replica is in step", TimeSpan.FromSeconds(30));
        return cluster;
    }

    /// <summary>Waits until a replica has taken the place of a dead primary; returns it.</summary>
    public async Task<RedisServer> PromotedAsync()
    {
        RedisServer? promoted = null;
        await Eventually.True(async () =>
        {
            foreach (var replica in Servers.Skip(Primaries))
                if ((await replica.ExecuteAsync("ROLE")).StartsWith("master", StringComparison.Ordinal)) promoted = replica;
            return promoted is not null;
        }, "a replica is promoted", TimeSpan.FromSeconds(30));
        return promoted!;
    }

    /// <summary>Runs a command at the node that has the key's slot.</summary>
    public async Task<string> ExecuteAsync(params string[] command)
    {
        foreach (var server in Servers)
        {
            var answer = await server.ExecuteAsync(command);
            if (!answer.StartsWith("-MOVED", StringComparison.Ordinal)) return answer;
        }

        throw new InvalidOperationException("no node has the slot");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
