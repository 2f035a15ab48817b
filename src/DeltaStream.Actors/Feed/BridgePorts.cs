using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeltaStream.Actors.Feed;

/// <summary>The inputs and outputs of a bridge.</summary>
/// <param name="Feed">The platform's messages.</param>
/// <param name="Lease">The lease, which decides which bridge is active.</param>
/// <param name="Latest">The last-value cache.</param>
public sealed record BridgePorts(IFeed Feed, ILeaseStore Lease, ILatestStore Latest)
{
    /// <summary>False if this bridge must not be the active one. The actor that keeps the lease calls it.</summary>
    public Func<bool> MayPublish { get; init; } = static () => true;

    /// <summary>The bridge's state for readers on other threads.</summary>
    public BridgeStatus Status { get; init; } = new();

    /// <summary>The node's problems.</summary>
    public NodeProblems Problems { get; init; } = new();

    /// <summary>The jitter of retries.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The logger of the bridge and of its lease.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}
