namespace DeltaStream.Cluster.Tests;

/// <summary>Three nodes for all specs that leave them as they found them: starting them is what costs. Nothing is throttled, and what a client says of its address is believed.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    public TestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cluster = await TestCluster.StartAsync(("BRIDGE_MAX_RATE", "0"), ("TRUSTED_PROXIES", "127.0.0.1"));
        await Cluster.ActiveAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class SharedClusterCollection : ICollectionFixture<SharedCluster>
{
    public const string Name = "shared cluster";
}
