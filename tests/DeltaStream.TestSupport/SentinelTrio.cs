using System.Diagnostics;
using System.Net.Sockets;

namespace DeltaStream.TestSupport;

/// <summary>A primary with two replicas, and three Sentinels that watch them.</summary>
public sealed class SentinelTrio : IAsyncDisposable
{
    private const string Service = "mymaster";

    private readonly string _folder = Directory.CreateTempSubdirectory("sentinels-").FullName;
    private readonly List<Process> _sentinels = [];
    private readonly int[] _ports = [FreePort.Next(), FreePort.Next(), FreePort.Next()];
    private readonly SentinelAccess _access;
    private readonly List<RedisServer> _servers = [];

    private SentinelTrio(SentinelAccess access) => _access = access;

    /// <summary>The primary at the start, then the replicas.</summary>
    public IReadOnlyList<RedisServer> Servers => _servers;

    /// <summary>The Sentinels, in the form of REDIS_URL.</summary>
    public string Url => $"{_access.Scheme}://{_access.Login}{string.Join(',', _ports.Select(port => $"127.0.0.1:{_access.PortOf(port)}"))}/{Service}";

    /// <summary>Starts all of them; returns when the Sentinels know each other and the replicas.</summary>
    /// <param name="access">Who may connect to them, and how; by default everybody, without TLS.</param>
    public static async Task<SentinelTrio> StartAsync(SentinelAccess? access = null)
    {
        var trio = new SentinelTrio(access ?? new SentinelAccess());
        trio._servers.AddRange(await RedisServer.StartReplicatedAsync(2, trio._access.Server));
        foreach (var port in trio._ports) trio.StartSentinel(port);
        foreach (var port in trio._ports)
            await Eventually.True(async () => await trio.KnowsAllAsync(port), $"the Sentinel on port {port} knows the others", TimeSpan.FromSeconds(30));
        return trio;
    }

    /// <summary>Waits until the Sentinels have promoted a replica; returns it.</summary>
    public async Task<RedisServer> PromotedAsync()
    {
        RedisServer? promoted = null;
        await Eventually.True(async () =>
        {
            foreach (var replica in Servers.Skip(1))
                if ((await replica.ExecuteAsync("ROLE")).StartsWith("master", StringComparison.Ordinal)) promoted = replica;
            return promoted is not null;
        }, "a replica is promoted", TimeSpan.FromSeconds(30));
        return promoted!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sentinel in _sentinels)
        {
            sentinel.Kill();
            await sentinel.WaitForExitAsync();
            sentinel.Dispose();
        }

        foreach (var server in Servers) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> KnowsAllAsync(int port)
    {
        try
        {
            await using var sentinel = await RespConnection.OpenAsync(port);
            if (_access.Enter.Count > 0) await sentinel.ExecuteAsync([.. _access.Enter]);
            var fields = (await sentinel.ExecuteAsync("SENTINEL", "MASTER", Service)).Split('\n');
            string Field(string name) => fields.ElementAtOrDefault(Array.IndexOf(fields, name) + 1) ?? "";
            return Field("num-slaves") == "2" && Field("num-other-sentinels") == "2" && Field("flags") == "master";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private void StartSentinel(int port)
    {
        // A Sentinel writes what it learns into its file.
        var file = Path.Combine(_folder, $"{port}.conf");
        File.WriteAllText(file, $"""
            port {port}
            bind 127.0.0.1
            dir {_folder}
            sentinel monitor {Service} 127.0.0.1 {Servers[0].ServicePort} 2
            sentinel down-after-milliseconds {Service} 1000
            sentinel failover-timeout {Service} 5000
            {string.Join('\n', _access.Sentinel(port))}

            """);
        var sentinel = Process.Start(new ProcessStartInfo("redis-server", [file, "--sentinel"]) { RedirectStandardOutput = true, WorkingDirectory = _folder })!;
        sentinel.OutputDataReceived += (_, _) => { };
        sentinel.BeginOutputReadLine();
        _sentinels.Add(sentinel);
    }
}
