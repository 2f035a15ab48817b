using System.Diagnostics;
using System.Net.Sockets;
using DeltaStream.TestSupport;

namespace DeltaStream.Interop.Tests;

/// <summary>
/// The conformance host as a process, on a free port unless <c>CONFORMANCE_URL</c> names one that runs. Its heartbeat is made for
/// conformance suites, which wait for it: a ping after 0.3 s that must be answered within 0.2.
/// </summary>
/// <param name="timeFactor">How many times longer its times are.</param>
public abstract class ConformanceHost(int timeFactor) : IAsyncLifetime
{
    private Process? _process;

    /// <summary>Where it answers.</summary>
    public Uri Url { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("CONFORMANCE_URL") is { } running)
        {
            Url = new Uri(running);
            return;
        }

        var port = FreePort.Next();
        Url = new Uri($"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("dotnet", [Dll()]) { RedirectStandardOutput = true };
        start.Environment["PORT"] = $"{port}";
        start.Environment["TIME_FACTOR"] = $"{timeFactor}";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        await Eventually.True(() =>
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
        }, "the conformance host listens");
    }

    public async Task DisposeAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // Built as the tests are, Debug or Release: tests/<project>/bin/<configuration>/<framework>.
    private static string Dll()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        const string name = "DeltaStream.ConformanceHost";
        return Path.Combine(output.Parent!.Parent!.Parent!.Parent!.FullName, name, "bin", output.Parent.Name, output.Name, name + ".dll");
    }
}

/// <summary>One whose heartbeats are no matter: on a busy machine a client may answer them late.</summary>
public sealed class PatientHost() : ConformanceHost(timeFactor: 60);

/// <summary>One whose heartbeats can be waited for.</summary>
public sealed class QuickHost() : ConformanceHost(timeFactor: 10);
