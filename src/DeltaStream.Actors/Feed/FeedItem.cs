namespace DeltaStream.Actors.Feed;

/// <summary>A message on its way into the graph.</summary>
/// <param name="Message">The message.</param>
/// <param name="IsStored">Read back from the store after a gap, so it may be known already.</param>
internal sealed record FeedItem(FeedMessage Message, bool IsStored);
