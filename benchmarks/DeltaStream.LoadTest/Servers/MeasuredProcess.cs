using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DeltaStream.LoadTest.Servers;

/// <summary>A child process whose CPU time and memory are read from the kernel.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private static readonly ConcurrentDictionary<MeasuredProcess, bool> Running = new();
    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();

    public MeasuredProcess(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Running[this] = true;
    }

    public int Id => _process.Id;

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until the check succeeds.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or two minutes passed.</exception>
    public async Task UntilAsync(Func<Task<bool>> check)
    {
        for (var started = Stopwatch.StartNew(); started.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(100))
        {
            if (_process.HasExited) break;
            try
            {
                if (await check()) return;
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException)
            {
                // The process does not listen yet.
            }
        }

        lock (_lastLines) throw new InvalidOperationException($"{_process.StartInfo.FileName} did not start:\n{string.Join('\n', _lastLines)}");
    }

    /// <summary>Ends all child processes that still run: a failed scenario can leave servers behind.</summary>
    public static void DisposeAll()
    {
        foreach (var process in Running.Keys) process.Dispose();
    }

    public void Dispose()
    {
        if (!Running.TryRemove(this, out _)) return;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 20) _lastLines.Dequeue();
        }
    }
}
