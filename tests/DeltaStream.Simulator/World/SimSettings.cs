using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Feed;

namespace DeltaStream.Simulator.World;

/// <summary>The settings of every node of a simulation: the product's defaults, with limits small enough to be reached.</summary>
internal sealed record SimSettings
{
    public BridgeSettings Bridge { get; init; } = new();

    public CacheSettings Cache { get; init; } = new();

    public ClientSettings Clients { get; init; } = new();
}
