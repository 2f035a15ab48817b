namespace DeltaStream.Actors.Market;

/// <summary>Where the market data comes from, or is kept, can't be reached or was lost.</summary>
public sealed class FeedUnavailableException : Exception
{
    /// <summary>Makes one with the reason, which must hold no secret.</summary>
    public FeedUnavailableException(string message, Exception? inner = null) : base(message, inner) { }
}
