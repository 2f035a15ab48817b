namespace DeltaStream.Conformance.Tests;

/// <summary>The hosts of the whole suite; one spec at a time, for some sessions here live half a second without a pong.</summary>
[CollectionDefinition(Name)]
public sealed class ConformanceCollection : ICollectionFixture<ConformanceHost>, ICollectionFixture<CalmHost>, ICollectionFixture<StrictHost>
{
    public const string Name = "conformance";
}
