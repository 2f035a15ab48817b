using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Lease;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeltaStream.Actors.Feed;

/// <summary>Where a bridge takes from and gives to.</summary>
/// <param name="Feed">The platform's messages.</param>
/// <param name="Lease">Says which bridge is the active one.</param>
/// <param name="Latest">The newest values.</param>
public sealed record BridgePorts(IFeed Feed, ILeaseStore Lease, ILatestStore Latest)
{
    /// <summary>Whether this bridge may be the active one as far as others can tell; asked from the actor that keeps the lease.</summary>
    public Func<bool> MayPublish { get; init; } = static () => true;

    /// <summary>Shows others how the bridge is.</summary>
    public BridgeStatus Status { get; init; } = new();

    /// <summary>Where the bridge and the keeper of its lease log.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}
