using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>An answer with which Redis refused a command.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Text">Redis's own text with its word, in one line.</param>
internal sealed partial record RedisRefusal(RefusalCause Cause, string Text)
{
    private const int LongestText = 300;

    // The client library knows by itself that it talks to a replica, and sends no write. It has no text of Redis then.
    private const string KnownReplica = "not eligible for replica";

    private static readonly Dictionary<string, RefusalCause> ByWord = RefusalCause.All.ToDictionary(cause => cause.Word, StringComparer.Ordinal);

    // Redis says these without a word of their own.
    private static readonly (string Phrase, RefusalCause Cause)[] Phrases =
    [
        ("max number of clients", RefusalCause.TooManyClients),
        ("The user executing the script can't", RefusalCause.NoPermission),
        ("read only replica", RefusalCause.ReadOnly),
        ("timed out", RefusalCause.Timeout),
    ];

    /// <summary>Reads an error text of Redis.</summary>
    public static RedisRefusal Of(string error)
    {
        var text = OneLine(error);
        var cause = Words().Matches(text).Select(match => ByWord.GetValueOrDefault(match.Value)).FirstOrDefault(cause => cause is not null)
            ?? Phrases.FirstOrDefault(entry => text.Contains(entry.Phrase, StringComparison.OrdinalIgnoreCase)).Cause;
        return new RedisRefusal(cause ?? RefusalCause.Other, text);
    }

    /// <summary>Finds the refusal in a failure of the client library; null if the connection is lost or was not made.</summary>
    public static RedisRefusal? In(Exception failure)
    {
        for (var error = failure; error is not null; error = error.InnerException)
        {
            switch (error)
            {
                case RedisServerException: return Of(Said(error.Message));
                case ScriptRefusedException: return Of(error.Message);
                case NoPrimaryException: return new(RefusalCause.ReadOnly, "READONLY " + error.Message);
                case RedisTimeoutException or TimeoutException: return new(RefusalCause.Timeout, "TIMEOUT Redis did not answer in time");
                case RedisConnectionException { FailureType: ConnectionFailureType.Loading }: return new(RefusalCause.Loading, "LOADING Redis is loading the dataset in memory");
                case RedisConnectionException when error.Message.Contains(KnownReplica, StringComparison.Ordinal): return new(RefusalCause.ReadOnly, "READONLY Redis is a replica");
            }
        }

        return null;
    }

    // The client library puts the type of the reply before an error that it meets while it connects.
    private static string Said(string message) => message.StartsWith("SimpleError: ", StringComparison.Ordinal) ? message["SimpleError: ".Length..] : message;

    private static string OneLine(string error)
    {
        var text = new string([.. error.Trim().TrimStart('-').Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length <= LongestText ? text : text[..LongestText];
    }

    // The word stands at the begin. Older versions of Redis put the error of a script's command behind the script's line.
    [GeneratedRegex(@"^[A-Z]+\b|(?<=user_script: ?\d+: ?-?)[A-Z]+\b")]
    private static partial Regex Words();
}

/// <summary>A script found that Redis refuses its write. The message is Redis's own text.</summary>
internal sealed class ScriptRefusedException(string message) : Exception(message);
