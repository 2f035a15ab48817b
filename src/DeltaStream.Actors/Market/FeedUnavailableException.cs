namespace DeltaStream.Actors.Market;

/// <summary>Where the market data comes from, or is kept, can't be reached or was lost.</summary>
public sealed class FeedUnavailableException : Exception
{
    /// <summary>Makes one with the reason, which must hold no secret.</summary>
    public FeedUnavailableException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>
    /// One line for the log: the port's own message where there is one. What lies below it is the client library's, and speaks
    /// of its settings.
    /// </summary>
    public static string ReasonOf(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
            if (cause is FeedUnavailableException) return cause.Message;
        var unknown = error.GetBaseException();
        return $"{unknown.GetType().Name}: {unknown.Message}";
    }
}
