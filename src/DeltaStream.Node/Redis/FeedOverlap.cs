namespace DeltaStream.Node.Redis;

/// <summary>
/// While a new subscription replaces the former one, both receive the same messages for a moment.
/// </summary>
internal static class FeedOverlap
{
    /// <summary>
    /// How many of the new subscription's first messages the former has already delivered: the longest suffix of
    /// <paramref name="delivered"/> that is a prefix of <paramref name="held"/>. If a producer repeats messages, the result may be too
    /// large, but then each key's newest message is the same.
    /// </summary>
    /// <param name="delivered">Hashes of the messages that the former delivered since the new one began to subscribe.</param>
    /// <param name="held">Hashes of the messages that the new one has received.</param>
    public static int Length(IReadOnlyList<ulong> delivered, IReadOnlyList<ulong> held)
    {
        // The prefix function of Knuth, Morris and Pratt: after each delivered message, how many of the held ones it completes.
        var failure = new int[held.Count];
        for (int i = 1, k = 0; i < held.Count; i++)
        {
            while (k > 0 && held[i] != held[k]) k = failure[k - 1];
            if (held[i] == held[k]) k++;
            failure[i] = k;
        }

        var matched = 0;
        foreach (var hash in delivered)
        {
            if (matched == held.Count && matched > 0) matched = failure[matched - 1];
            while (matched > 0 && hash != held[matched]) matched = failure[matched - 1];
            if (held.Count > 0 && hash == held[matched]) matched++;
        }

        return matched;
    }
}
