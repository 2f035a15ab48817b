namespace DeltaStream.Conformance.Tests;

/// <summary>The conformance host, for all specs that need its settings.</summary>
public class ConformanceHost : IAsyncLifetime
{
    public static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(300);

    public static readonly TimeSpan PingTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>The largest message and body that it takes.</summary>
    public const int MaxPayload = 1_000_000;

    private readonly (string Name, string? Value)[] _variables;
    private ConformanceHostProcess _process = null!;

    public ConformanceHost() : this([])
    {
    }

    protected ConformanceHost(params (string Name, string? Value)[] variables) => _variables = variables;

    public int Port => _process.Port;

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { Timeout = Eventually.Patience };

    public Uri Url(string pathAndQuery) => new($"http://127.0.0.1:{Port}{pathAndQuery}");

    public async Task InitializeAsync() => _process = await ConformanceHostProcess.StartAsync(_variables);

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }
}

/// <summary>A host that gives its clients a hundred times as long: for what has nothing to do with time.</summary>
public sealed class CalmHost() : ConformanceHost(("TIME_FACTOR", "100"));

/// <summary>A host that lets one origin in beside its own.</summary>
public sealed class StrictHost() : ConformanceHost(("TIME_FACTOR", "100"), ("CORS_ORIGINS", AllowedOrigin))
{
    public const string AllowedOrigin = "https://page.example";
}
