namespace DeltaStream.Actors.Feed;

/// <summary>A message on its way into the graph.</summary>
/// <param name="Message">The message.</param>
/// <param name="IsStored">Read back from the store after a gap, so it may be known already.</param>
internal sealed record FeedItem(FeedMessage Message, bool IsStored);

/// <summary>Hears how the subscription to the feed is. Called from the stream's threads; must not block or throw.</summary>
internal interface IFeedObserver
{
    /// <summary>Subscribed: messages come.</summary>
    void Up();

    /// <summary>Not subscribed, or no longer; it is tried again by itself.</summary>
    /// <param name="reason">Why, without secrets.</param>
    void Down(string reason);
}
