using Akka.Actor;

namespace DeltaStream.Actors.Feed;

/// <summary>A message to the bridge's actor from its ListenerActor, or from the threads of the running graph.</summary>
internal interface IBridgeEvent : INoSerializationVerificationNeeded;

/// <summary>The subscription to the feed is up.</summary>
internal sealed record LinkUp : IBridgeEvent;

/// <summary>The subscription to the feed failed or was lost. The listener retries.</summary>
/// <param name="Reason">The cause, without secrets.</param>
internal sealed record LinkDown(string Reason) : IBridgeEvent;

/// <summary>A write did not reach the store, so the store lacks published values.</summary>
internal sealed record WriteFailed(string Reason) : IBridgeEvent;

/// <summary>The store holds values of a higher epoch: another bridge publishes.</summary>
internal sealed record WriteRefused : IBridgeEvent;

internal sealed record GraphEnded(Exception? Failure) : IBridgeEvent;
