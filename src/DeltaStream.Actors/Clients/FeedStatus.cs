using Akka.Actor;

namespace DeltaStream.Actors.Clients;

public enum FeedState : byte
{
    /// <summary>The active bridge's heartbeats arrive and its link is up. A quiet market is live.</summary>
    Live = 1,

    /// <summary>No heartbeat has arrived for 2 s, or the active bridge's term has ended and no other bridge's has begun.</summary>
    Stale = 2,

    /// <summary>The active bridge has lost its link to Redis.</summary>
    Down = 3,
}

/// <summary>The feed as this node sees it.</summary>
/// <param name="State">Live, stale or down.</param>
/// <param name="Since">When the state began.</param>
/// <param name="BridgeNode">The node of the bridge that sent the last heartbeat, as <c>host:port</c>; null before the first.</param>
/// <param name="BridgeEpoch">The epoch of that bridge; 0 before the first heartbeat.</param>
public sealed record FeedStatus(FeedState State, DateTimeOffset Since, string? BridgeNode, long BridgeEpoch)
{
    /// <summary>The state's name in events and in health checks.</summary>
    public string Name => State switch
    {
        FeedState.Live => "live",
        FeedState.Down => "down",
        _ => "stale",
    };
}

/// <summary>Published on the node's event stream when the state has changed.</summary>
internal sealed record FeedStatusChanged(FeedStatus Status) : INoSerializationVerificationNeeded;

/// <summary>
/// Published on the node's event stream when a state has held for a second, so that a short change disturbs no client. It may be the
/// same state as the one before it: a client that connected in between was told another one.
/// </summary>
internal sealed record FeedStatusHeld(FeedStatus Status) : INoSerializationVerificationNeeded;
