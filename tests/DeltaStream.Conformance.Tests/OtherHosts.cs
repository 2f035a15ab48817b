namespace DeltaStream.Conformance.Tests;

/// <summary>A host that gives its clients a hundred times as long: for what has nothing to do with time.</summary>
public sealed class CalmHost : ConformanceHost
{
    protected override void Configure(IDictionary<string, string?> environment) => environment["TIME_FACTOR"] = "100";
}

/// <summary>A host that lets one origin in beside its own.</summary>
public sealed class StrictHost : ConformanceHost
{
    public const string AllowedOrigin = "https://page.example";

    protected override void Configure(IDictionary<string, string?> environment)
    {
        environment["TIME_FACTOR"] = "100";
        environment["CORS_ORIGINS"] = AllowedOrigin;
    }
}
