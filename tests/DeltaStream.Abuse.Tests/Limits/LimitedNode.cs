namespace DeltaStream.Abuse.Tests.Limits;

/// <summary>A node with small limits, for all tests of limits; each of them comes from addresses of its own.</summary>
public sealed class LimitedNode : IAsyncLifetime
{
    public const int Connections = 30;
    public const int ConnectionsPerAddress = 3;
    public const int ParkedPolls = 4;
    public const int HeaderBytes = 4096;

    private RedisServer _redis = null!;

    public NodeProcess Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        Node = await NodeProcess.Start(
            ("REDIS_URL", _redis.Url),
            ("TRUSTED_PROXIES", "127.0.9.1, 127.0.10.0/24"),
            ("LIMIT_CONNECTIONS", $"{Connections}"),
            ("LIMIT_CONNECTIONS_PER_ADDRESS", $"{ConnectionsPerAddress}"),
            ("LIMIT_PARKED_POLLS", $"{ParkedPolls}"),
            ("LIMIT_HANDSHAKE_SECONDS", "1"),
            ("LIMIT_HEADER_BYTES", $"{HeaderBytes}"),
            ("LIMIT_MESSAGE_BYTES", "2048")).ReadyAsync();
        await Eventually.True(async () => await Node.HealthAsync("status") == "healthy", "the node is healthy");
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    public Visitor Visitor(string from, string? forwardedFor = null) => new(Node.Port, from, forwardedFor);

    public Task PublishAsync(string product, int price) => _redis.ExecuteAsync(
        "PUBLISH", "enriched:underlying", $$"""{"product":"{{product}}","price":{{price}},"timestamp":"2026-11-24T09:15:00"}""");

    /// <summary>How many were refused for this reason so far.</summary>
    public Task<double> RefusedAsync(string reason) => Node.MetricAsync("deltastream_refused_connections_total", $"reason=\"{reason}\"");
}

[CollectionDefinition(Name)]
public sealed class LimitedCollection : ICollectionFixture<LimitedNode>
{
    public const string Name = "limited";
}
