using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace DeltaStream.Conformance.Tests;

/// <summary>The conformance host, as a process of its own on a free port.</summary>
public class ConformanceHost : IAsyncLifetime, IDisposable
{
    /// <summary>How often it pings.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>How long it waits for a pong.</summary>
    public static readonly TimeSpan PingTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>The largest message and body that it takes.</summary>
    public const int MaxPayload = 1_000_000;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private Process? _process;

    public int Port { get; } = FreePort();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { Timeout = Wait.Longest };

    public Uri Url(string pathAndQuery) => new($"http://127.0.0.1:{Port}{pathAndQuery}");

    public async Task InitializeAsync()
    {
        var assembly = typeof(ConformanceHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "HostAssembly").Value!;
        var start = new ProcessStartInfo("dotnet", [assembly]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PORT"] = Port.ToString();
        Configure(start.Environment);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        var errors = _process.StandardError.ReadToEndAsync();
        await Wait.Until(() => _process.HasExited || IsListening(), StartTimeout);
        if (_process.HasExited) throw new InvalidOperationException($"The conformance host ended: {await errors}");
    }

    public Task DisposeAsync()
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _process = null;
    }

    /// <summary>The settings by which this host differs.</summary>
    protected virtual void Configure(IDictionary<string, string?> environment) { }

    private bool IsListening()
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
