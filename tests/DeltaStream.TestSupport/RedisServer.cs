using System.Diagnostics;
using System.Net.Sockets;

namespace DeltaStream.TestSupport;

/// <summary>A real redis-server on a port of its own, without persistence: whenever it starts again it is empty.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string[] _arguments;
    private Process? _process;

    private RedisServer(int port, string[] arguments)
    {
        Port = port;
        _arguments = arguments;
    }

    public int Port { get; }

    /// <summary>The port of clients, replicas and Sentinels: that of TLS if the server has one. The tests themselves use no TLS.</summary>
    public int ServicePort => ArgumentOf("--tls-port") is { } port ? int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) : Port;

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="arguments">Further arguments of redis-server.</param>
    public static Task<RedisServer> StartAsync(params string[] arguments) => StartOnAsync(FreePort.Next(), arguments);

    /// <summary>Starts one on a port.</summary>
    public static async Task<RedisServer> StartOnAsync(int port, params string[] arguments)
    {
        var server = new RedisServer(port, arguments);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts a primary and its replicas; returns the primary first, when the replicas are in step.</summary>
    /// <param name="replicas">How many replicas.</param>
    /// <param name="arguments">Makes the further arguments of one server.</param>
    public static async Task<IReadOnlyList<RedisServer>> StartReplicatedAsync(int replicas, Func<string[]>? arguments = null)
    {
        // Without files: a server that starts again must be empty.
        string[] diskless = ["--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0", "--repl-diskless-load", "swapdb"];
        var servers = new List<RedisServer> { await StartAsync([.. diskless, .. arguments?.Invoke() ?? []]) };
        for (var i = 0; i < replicas; i++) servers.Add(await StartAsync([.. diskless, "--replicaof", "127.0.0.1", $"{servers[0].ServicePort}", .. arguments?.Invoke() ?? []]));
        foreach (var replica in servers.Skip(1))
            await Eventually.True(async () => (await replica.ExecuteAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal), "the replica is in step");
        return servers;
    }

    /// <summary>One that is not running yet, with a port on which nobody answers.</summary>
    public static RedisServer NotStarted() => new(FreePort.Next(), []);

    /// <summary>Starts it, empty, on its port.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("redis-server", ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", .. _arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        await Eventually.True(AnswersAsync, $"redis-server answers on port {Port}");
    }

    public async Task KillAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Stops it where it is: connections stay open and nothing is answered.</summary>
    public void Pause() => Signals.Send(_process!.Id, Signals.Stop);

    public void Resume() => Signals.Send(_process!.Id, Signals.Cont);

    /// <summary>Runs one command over a connection of its own; the answer as text, an array's elements line by line.</summary>
    public async Task<string> ExecuteAsync(params string[] command)
    {
        await using var connection = await RespConnection.OpenAsync(Port);
        if (ArgumentOf("--requirepass") is { } password) await connection.ExecuteAsync("AUTH", password);
        return await connection.ExecuteAsync(command);
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private string? ArgumentOf(string name) => _arguments.SkipWhile(argument => argument != name).ElementAtOrDefault(1);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await ExecuteAsync("PING"); // An error answer (a password is asked for) is an answer.
            return true;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
