using DeltaStream.Actors.Market;

namespace DeltaStream.Node.Redis;

/// <summary>
/// All keys that a node uses, and its own channels: the platform's keys, and its own under <c>deltastream:</c>. No other class
/// makes such names; <see cref="FeedChannels"/> has the platform's channels.
/// Keys that one script uses lie in one slot of a Redis Cluster: the name of the first stands as a hash tag in the name of the
/// second.
/// </summary>
internal static class RedisKeys
{
    /// <summary>Sorted set of the members' addresses, by the time of each member's last announcement.</summary>
    public const string Members = "deltastream:members";

    /// <summary>The random name of this Redis. Nodes that read different names use different Redis servers.</summary>
    public const string Store = "deltastream:store";

    /// <summary>The lease of the active bridge.</summary>
    public const string BridgeLease = "deltastream:bridge:lease";

    /// <summary>The highest epoch granted so far.</summary>
    public static readonly string BridgeEpoch = EpochOf(BridgeLease);

    /// <summary>The lease of the simulated market; while it exists, prices are simulated.</summary>
    public const string DemoLease = "deltastream:demo:lease";

    /// <summary>The highest epoch of the simulated market's lease.</summary>
    public static readonly string DemoEpoch = EpochOf(DemoLease);

    /// <summary>Sorted set of all keys with a live value, by the time at which the value's life ends, in milliseconds.</summary>
    public const string Index = "deltastream:index";

    /// <summary>The key of a client's session, from the hash with which the session is found.</summary>
    public static string Session(string key) => "deltastream:session:" + key;

    /// <summary>The channel on which one subscription receives its own echoes.</summary>
    public static string Echo(string id) => "deltastream:echo:" + id;

    /// <summary>The gateway's own key that a check of the user's rights writes and deletes.</summary>
    public static string Check(string id) => "deltastream:check:" + id;

    /// <summary>The same among the keys of the platform. No client sees it: it is not in the index.</summary>
    public static string LatestCheck(string id) => "latest:check:" + id;

    /// <summary>The key of a value of the platform.</summary>
    public static string Latest(ConflationKey key) =>
        key.Expiry is null ? $"latest:{key.Kind.Name}:{key.Symbol}" : $"latest:{key.Kind.Name}:{key.Symbol}:{key.Expiry}";

    /// <summary>The key of the newest value of any expiry.</summary>
    public static string LatestOfAnyExpiry(ConflationKey key) => Latest(key with { Expiry = null });

    /// <summary>The key of a value's position.</summary>
    public static string Position(string latest) => $"deltastream:position:{{{latest}}}";

    /// <summary>The member of the index for a conflation key.</summary>
    public static string Member(ConflationKey key) => Latest(key)["latest:".Length..];

    /// <summary>Reads a member of the index; false if the text is not one.</summary>
    public static bool TryParseMember(string member, out ConflationKey key)
    {
        key = default;
        var colon = member.IndexOf(':');
        if (colon < 0 || MessageKind.All.FirstOrDefault(kind => member.AsSpan(0, colon).SequenceEqual(kind.Name)) is not { } kind) return false;
        var (symbol, expiry) = Expiry.Split(member[(colon + 1)..]);
        if (!Symbol.IsValid(symbol) || (kind.HasExpiry ? !Expiry.IsValid(expiry) : expiry is not null)) return false;
        key = new(kind, symbol, expiry);
        return true;
    }

    private static string EpochOf(string lease) => $"deltastream:epoch:{{{lease}}}";
}
