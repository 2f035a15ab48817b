using Akka.Actor;

namespace DeltaStream.Actors.Clients;

/// <summary>What a node knows of the market data's way to it.</summary>
public enum FeedState : byte
{
    /// <summary>The active bridge's heartbeat comes through. A quiet market is live.</summary>
    Live = 1,

    /// <summary>No heartbeat for 2 s.</summary>
    Stale = 2,

    /// <summary>The active bridge has lost Redis.</summary>
    Down = 3,
}

/// <summary>The feed as this node sees it.</summary>
/// <param name="State">Live, stale or down.</param>
/// <param name="Since">When it became so.</param>
/// <param name="BridgeNode">The node of the bridge that was heard last, as <c>host:port</c>; null if none ever was.</param>
/// <param name="BridgeEpoch">That bridge's term; 0 if none ever was heard.</param>
public sealed record FeedStatus(FeedState State, DateTimeOffset Since, string? BridgeNode, long BridgeEpoch)
{
    /// <summary>The state's name in events and health.</summary>
    public string Name => State switch
    {
        FeedState.Live => "live",
        FeedState.Down => "down",
        _ => "stale",
    };
}

/// <summary>Published on the event stream of the node when the state has changed.</summary>
internal sealed record FeedStatusChanged(FeedStatus Status) : INoSerializationVerificationNeeded;
