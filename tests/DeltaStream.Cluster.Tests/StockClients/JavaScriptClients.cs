using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace DeltaStream.Cluster.Tests.StockClients;

/// <summary>npm's socket.io-client, any number of them in one process of Node.js.</summary>
internal sealed class JavaScriptClients : IAsyncDisposable
{
    private static readonly string Folder = Repository.PathOf("tests", "interop", "node");
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    private readonly Process _process;
    private readonly List<JavaScriptClient> _clients = [];

    private JavaScriptClients(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => OnLine(line.Data);
        process.BeginOutputReadLine();
    }

    public static async Task<JavaScriptClients> StartAsync(Uri url, string product)
    {
        await Installed.Value;
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, "lib", "stock-clients.mjs"), $"{url}", product]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new(Process.Start(start)!);
    }

    /// <summary>Connects one more; returns when it is in its room.</summary>
    public async Task<JavaScriptClient> ConnectAsync()
    {
        var client = new JavaScriptClient();
        lock (_clients) _clients.Add(client);
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        await client.InItsRoomAsync();
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules"))) return;
        var result = await Command.RunAsync(Folder, TimeSpan.FromMinutes(3), [], "npm", "ci", "--no-audit", "--no-fund", "--silent");
        Assert.True(result.ExitCode == 0, result.Output);
    }

    private void OnLine(string? line)
    {
        if (line is null) return;
        var said = JsonSerializer.Deserialize<JsonElement>(line);
        JavaScriptClient client;
        lock (_clients) client = _clients[said.GetProperty("client").GetInt32()];
        client.On(said);
    }
}

/// <summary>One of them: it subscribes when it has connected, unless it was recognised and is in its room already.</summary>
internal sealed class JavaScriptClient : StockClient
{
    private volatile string? _id;
    private volatile bool _isRecovered;
    private readonly ConcurrentQueue<string> _story = [];

    public override string? Id => _id;

    /// <summary>Whether it was recognised when it connected last.</summary>
    public bool IsRecovered => _isRecovered;

    /// <summary>What became of it, for a failing test's message.</summary>
    public string Story => string.Join('\n', _story);

    internal Task InItsRoomAsync() => EnteredAsync();

    /// <summary>Takes in what the process says of it.</summary>
    internal void On(JsonElement said)
    {
        var what = said.GetProperty("event").GetString();
        if (what != "price") _story.Enqueue($"{DateTime.UtcNow:mm:ss.fff} {said}");
        switch (what)
        {
            case "connected":
                (_id, _isRecovered) = (said.GetProperty("id").GetString(), said.GetProperty("recovered").GetBoolean());
                break;
            case "entered":
                OnEntered();
                break;
            case "lost":
                _id = null;
                OnLost();
                break;
            case "price":
                OnPrice(said.GetProperty("price").GetInt32());
                break;
        }
    }
}
