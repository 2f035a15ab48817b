namespace DeltaStream.Actors.Market;

/// <summary>The feed or the store can't be reached, or the connection to it was lost.</summary>
public sealed class FeedUnavailableException : Exception
{
    /// <summary>Makes the exception. The message goes to logs, so it must not contain a secret.</summary>
    public FeedUnavailableException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>
    /// One line for the log: the port's own message if there is one. Inner messages come from the client library and can reveal
    /// its settings.
    /// </summary>
    public static string ReasonOf(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
            if (cause is FeedUnavailableException) return cause.Message;
        var unknown = error.GetBaseException();
        return $"{unknown.GetType().Name}: {unknown.Message}";
    }
}
