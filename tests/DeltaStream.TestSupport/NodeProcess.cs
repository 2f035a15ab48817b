using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace DeltaStream.TestSupport;

/// <summary>A real node as a process of its own, with its log.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromSeconds(5),
        // Whether a node answers, not who it is: that is for the tests of certificates to ask.
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    })
    {
        Timeout = Patience.ForSeconds(5),
    };

    // A script's background jobs ignore SIGINT and so does what they start: the node would never hear of Ctrl-C. `env` becomes the program.
    private static readonly string[] Dotnet = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly string _host;

    private NodeProcess(Process process, string host, int port, int clusterPort)
    {
        _process = process;
        _host = host;
        Port = port;
        ClusterPort = clusterPort;
    }

    /// <summary>HTTP and WebSocket.</summary>
    public int Port { get; }

    /// <summary>Akka.Remote.</summary>
    public int ClusterPort { get; }

    public string Address => $"{_host}:{ClusterPort}";

    public Uri Url => new($"{(_process.StartInfo.Environment.ContainsKey("HTTPS_CERTIFICATE") ? "https" : "http")}://{_host}:{Port}");

    /// <summary>What it has written so far, both outputs.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public string Log => string.Join('\n', _lines);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a node; in Production, with a quick cluster, unless the variables say otherwise.</summary>
    /// <param name="variables">Further environment variables; a null value takes one away.</param>
    public static NodeProcess Start(params (string Name, string? Value)[] variables) => Start(Dotnet, Dll, "127.0.0.1", variables);

    /// <summary>The same on a machine of a <see cref="NetworkLab"/>.</summary>
    public static NodeProcess StartAt(string networkNamespace, string host, params (string Name, string? Value)[] variables) =>
        Start(["ip", "netns", "exec", networkNamespace, .. Dotnet], Dll, host, [("CLUSTER_HOSTNAME", host), .. variables]);

    /// <summary>The folder of the node's program, as it was built.</summary>
    public static string Program => Path.GetDirectoryName(Dll)!;

    /// <summary>Starts a node by another command than <c>dotnet</c>, from another folder than its own.</summary>
    /// <param name="command">What runs the program; it becomes the program, so that the process is the node.</param>
    public static NodeProcess StartUnder(string[] command, string dll, params (string Name, string? Value)[] variables) =>
        Start(command, dll, "127.0.0.1", variables);

    private static NodeProcess Start(string[] command, string dll, string host, (string Name, string? Value)[] variables)
    {
        var port = FreePort.Next();
        var clusterPort = FreePort.Next();
        // `ip netns exec` and the like become the program that they are given.
        var start = new ProcessStartInfo(command[0], [.. command[1..], dll])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(dll)!,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["AUTH_ALLOW_ANONYMOUS"] = "true";
        start.Environment["HOCON_FILE"] = Path.Combine(Path.GetDirectoryName(dll)!, "hocon", "test.conf");
        start.Environment["PORT"] = $"{port}";
        start.Environment["CLUSTER_PORT"] = $"{clusterPort}";
        start.Environment["DRAIN_SECONDS"] = "1";
        // No balancer stands before most tests' nodes.
        start.Environment["DRAIN_DELAY_SECONDS"] = "0";
        foreach (var (name, value) in Patience.NodeVariables) start.Environment[name] = value;
        // The test host's own settings are not the node's.
        foreach (var inherited in new[] { "ASPNETCORE_URLS", "DOTNET_ENVIRONMENT", "REDIS_URL", "MSBuildSDKsPath" }) start.Environment.Remove(inherited);
        foreach (var (name, value) in variables) start.Environment[name] = value;
        if (start.Environment["PORT"] is { } p && int.TryParse(p, out var chosen)) port = chosen;
        if (start.Environment["CLUSTER_PORT"] is { } c && int.TryParse(c, out var chosenCluster)) clusterPort = chosenCluster;

        var process = new Process { StartInfo = start };
        var node = new NodeProcess(process, host, port, clusterPort);
        process.OutputDataReceived += (_, line) => node.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => node.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return node;
    }

    /// <summary>Waits until the node takes clients.</summary>
    public async Task<NodeProcess> ReadyAsync(TimeSpan? within = null)
    {
        await Eventually.True(async () =>
        {
            if (HasExited) throw new InvalidOperationException($"the node ended with code {_process.ExitCode}:\n{Log}");
            return await StatusAsync("/health/ready") == HttpStatusCode.OK;
        }, $"node {Address} is ready", within ?? TimeSpan.FromSeconds(30));
        return this;
    }

    public async Task<JsonElement> HealthAsync()
    {
        using var document = JsonDocument.Parse(await Http.GetStringAsync(new Uri(Url, "/health")));
        return document.RootElement.Clone();
    }

    /// <summary>One field of <c>/health</c> as text; empty while the node does not answer.</summary>
    public async Task<string> HealthAsync(string field)
    {
        try
        {
            return (await HealthAsync()).GetProperty(field).ToString();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return "";
        }
    }

    /// <summary>The sum of a metric's samples, or of those with a label, such as <c>reason="expired"</c>.</summary>
    public async Task<double> MetricAsync(string name, string? label = null) => Metrics.Sum(await GetAsync("/metrics"), name, label);

    public Task<string> GetAsync(string path) => Http.GetStringAsync(new Uri(Url, path));

    /// <summary>The status at a path; null while nobody answers.</summary>
    public async Task<HttpStatusCode?> StatusAsync(string path)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(Url, path));
            return response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Asks it to stop, as an orchestrator does.</summary>
    public void Terminate() => Signals.Send(_process.Id, Signals.Term);

    /// <summary>Asks it to stop, as Ctrl-C does.</summary>
    public void Interrupt() => Signals.Send(_process.Id, Signals.Int);

    /// <summary>Stops it where it is: its connections stay open.</summary>
    public void Pause() => Signals.Send(_process.Id, Signals.Stop);

    public void Resume() => Signals.Send(_process.Id, Signals.Cont);

    /// <summary>Waits for its end; returns its exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan within)
    {
        using var timeout = new CancellationTokenSource(Patience.For(within));
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"node {Address} did not end within {within.TotalSeconds} s:\n{Log}");
        }

        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static string Dll { get; } = Repository.Built("src", "DeltaStream.Node");

    private void Keep(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }
}
