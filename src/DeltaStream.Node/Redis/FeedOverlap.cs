namespace DeltaStream.Node.Redis;

/// <summary>
/// Two subscriptions to one feed hear the same messages for a moment: the former until it ends, the new one from its beginning.
/// </summary>
internal static class FeedOverlap
{
    /// <summary>
    /// How many of the first messages of the new subscription the former has delivered: the longest end of the one that is the
    /// beginning of the other. If messages repeat this may be too many, but then each key's newest message is the same.
    /// </summary>
    /// <param name="delivered">Hashes of what the former delivered since the new one began to subscribe.</param>
    /// <param name="held">Hashes of what the new one has heard.</param>
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
