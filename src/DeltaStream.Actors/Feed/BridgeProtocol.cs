using Akka.Actor;

namespace DeltaStream.Actors.Feed;

/// <summary>What the running graph tells the bridge's actor, from the stream's threads.</summary>
internal interface IBridgeEvent : INoSerializationVerificationNeeded;

/// <summary>The feed is subscribed to.</summary>
internal sealed record LinkUp : IBridgeEvent;

/// <summary>The feed is not, or no longer, subscribed to; it is tried again.</summary>
/// <param name="Reason">Why, without secrets.</param>
internal sealed record LinkDown(string Reason) : IBridgeEvent;

/// <summary>A write did not reach the store, so the store lacks values that were published.</summary>
internal sealed record WriteFailed(string Reason) : IBridgeEvent;

/// <summary>The store holds values of a higher epoch: another bridge publishes.</summary>
internal sealed record WriteRefused : IBridgeEvent;

/// <summary>The graph has ended.</summary>
internal sealed record GraphEnded(Exception? Failure) : IBridgeEvent;
