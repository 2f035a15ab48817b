using Akka.Actor;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>The parts that all ClientActors of a node share, so that each actor holds one reference.</summary>
/// <param name="Settings">The limits of a client.</param>
/// <param name="Mediator">The node's pub-sub mediator.</param>
/// <param name="Cache">The node's CacheActor.</param>
/// <param name="Tokens">The node's TokenClock.</param>
/// <param name="Status">The node's status.</param>
/// <param name="Metrics">The instruments.</param>
/// <param name="Log">The log.</param>
/// <param name="Time">The wall clock.</param>
public sealed record ClientContext(
    ClientSettings Settings, IActorRef Mediator, IActorRef Cache, IActorRef Tokens, NodeStatus Status, GatewayMetrics Metrics, ClientLog Log, TimeProvider Time)
{
    /// <summary>Redis's time, by which values age.</summary>
    public TimeProvider RedisTime { get; init; } = Time;

    public IActorRef Sessions { get; init; } = ActorRefs.Nobody;

    /// <summary>The encoded answers to <c>get_products</c>.</summary>
    internal ProductAnswers Products { get; } = new();

    /// <summary>The node's RoomWatchActor.</summary>
    internal IActorRef Watch { get; init; } = ActorRefs.Nobody;

    /// <summary>The instants of rates.</summary>
    internal RateClock Rates { get; init; } = new(Time);

    /// <summary>The node's order of updates.</summary>
    internal NodeOrder Order { get; init; } = null!;

    /// <summary>The name of a session's holder in the store.</summary>
    internal Func<ClientSession, string> HolderOf { get; init; } = static _ => "";
}
