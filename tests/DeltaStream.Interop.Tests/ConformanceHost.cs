namespace DeltaStream.Interop.Tests;

/// <summary>
/// The conformance host, unless <c>CONFORMANCE_URL</c> names one that runs. Its heartbeat is made for conformance suites, which wait
/// for it: a ping after 0.3 s that must be answered within 0.2.
/// </summary>
/// <param name="timeFactor">How many times longer its times are.</param>
public abstract class ConformanceHost(int timeFactor) : IAsyncLifetime
{
    private ConformanceHostProcess? _process;

    public Uri Url { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("CONFORMANCE_URL") is not { } url)
        {
            _process = await ConformanceHostProcess.StartAsync(("TIME_FACTOR", $"{timeFactor}"));
            url = $"http://127.0.0.1:{_process.Port}";
        }
        Url = new Uri(url);
    }

    public async Task DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }
}

/// <summary>A host whose heartbeats do not matter: on a busy machine a client may answer them late.</summary>
public sealed class PatientHost() : ConformanceHost(timeFactor: 60);

/// <summary>A host whose heartbeats can be waited for.</summary>
public sealed class QuickHost() : ConformanceHost(timeFactor: 10);
