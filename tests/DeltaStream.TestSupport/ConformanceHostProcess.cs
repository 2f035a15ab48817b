using System.Diagnostics;
using System.Net.Sockets;

namespace DeltaStream.TestSupport;

/// <summary>The conformance host, as a process of its own on a free port.</summary>
public sealed class ConformanceHostProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ConformanceHostProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="variables">The settings by which it differs from its defaults.</param>
    public static async Task<ConformanceHostProcess> StartAsync(params (string Name, string? Value)[] variables)
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo("dotnet", [Repository.Built("tests", "DeltaStream.ConformanceHost")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PORT"] = $"{port}";
        foreach (var (name, value) in variables) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEndAsync();
        await Eventually.True(() => process.HasExited || IsListening(port), "the conformance host listens", TimeSpan.FromSeconds(30));
        return process.HasExited ? throw new InvalidOperationException($"the conformance host ended: {await errors}") : new(process, port);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static bool IsListening(int port)
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
