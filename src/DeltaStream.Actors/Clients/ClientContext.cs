using Akka.Actor;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>What every ClientActor of a node shares, so that each holds one reference to it.</summary>
/// <param name="Settings">The bounds.</param>
/// <param name="Mediator">The node's pub-sub mediator.</param>
/// <param name="Cache">The node's CacheActor.</param>
/// <param name="Tokens">The node's TokenClock.</param>
/// <param name="Status">What the node knows of itself.</param>
/// <param name="Metrics">The instruments.</param>
/// <param name="Log">The log.</param>
/// <param name="Time">The wall clock.</param>
public sealed record ClientContext(
    ClientSettings Settings, IActorRef Mediator, IActorRef Cache, IActorRef Tokens, NodeStatus Status, GatewayMetrics Metrics, ClientLog Log, TimeProvider Time)
{
    /// <summary>The node's SessionKeeper.</summary>
    public IActorRef Sessions { get; init; } = ActorRefs.Nobody;

    /// <summary>The node's order of updates.</summary>
    internal NodeOrder Order { get; init; } = null!;

    /// <summary>Who keeps a session, as the store knows it.</summary>
    internal Func<ClientSession, string> HolderOf { get; init; } = static _ => "";
}
