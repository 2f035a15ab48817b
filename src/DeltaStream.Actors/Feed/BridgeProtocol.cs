using Akka.Actor;
using DeltaStream.Actors.Lease;

namespace DeltaStream.Actors.Feed;

/// <summary>What the parts of a bridge tell its actor.</summary>
internal interface IBridgeEvent : INoSerializationVerificationNeeded;

/// <summary>The feed is subscribed to.</summary>
internal sealed record LinkUp : IBridgeEvent
{
    public static readonly LinkUp Instance = new();
}

/// <summary>The feed is not, or no longer, subscribed to.</summary>
internal sealed record LinkDown(string Reason) : IBridgeEvent;

/// <summary>A write did not reach the store.</summary>
internal sealed record WriteFailed(string Reason) : IBridgeEvent;

/// <summary>The running graph has ended.</summary>
internal sealed record GraphEnded(Exception? Failure) : IBridgeEvent;

/// <summary>Read the store, and write what it has lost.</summary>
internal sealed record SyncNow : INoSerializationVerificationNeeded
{
    public static readonly SyncNow Instance = new();
}

/// <summary>The same after a pause: the store has just failed.</summary>
internal sealed record SyncLater : INoSerializationVerificationNeeded
{
    public static readonly SyncLater Instance = new();
}

/// <summary>Bridge and store are in step.</summary>
internal sealed record InStep : IBridgeEvent
{
    public static readonly InStep Instance = new();
}

/// <summary>Carries what is seen on the stream's threads to the actor.</summary>
internal sealed class BridgeObserver(IActorRef bridge) : IFeedObserver, IStoreObserver
{
    public void Up() => bridge.Tell(LinkUp.Instance, ActorRefs.NoSender);

    public void Down(string reason) => bridge.Tell(new LinkDown(reason), ActorRefs.NoSender);

    void IStoreObserver.WriteFailed(string reason) => bridge.Tell(new WriteFailed(reason), ActorRefs.NoSender);

    void IStoreObserver.WriteRefused() => bridge.Tell(RefusedByStore.Instance, ActorRefs.NoSender);
}
