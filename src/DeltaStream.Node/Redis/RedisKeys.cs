using DeltaStream.Actors.Market;

namespace DeltaStream.Node.Redis;

/// <summary>Every key and channel that a node uses: the platform's, and its own under <c>deltastream:</c>. Nobody else makes names.</summary>
internal static class RedisKeys
{
    /// <summary>The addresses of the cluster's members, by the time at which each last said that it lives.</summary>
    public const string Members = "deltastream:members";

    /// <summary>A random name that this Redis was given: nodes that read another one use another Redis.</summary>
    public const string Store = "deltastream:store";

    /// <summary>What the platform publishes on.</summary>
    public const string FeedPattern = "enriched:*";

    /// <summary>The lease of the active bridge.</summary>
    public const string BridgeLease = "deltastream:bridge:lease";

    /// <summary>The greatest epoch granted so far.</summary>
    public const string BridgeEpoch = "deltastream:bridge:epoch";

    /// <summary>The lease of the simulated market; while it exists, prices are simulated.</summary>
    public const string DemoLease = "deltastream:demo:lease";

    /// <summary>The greatest term of the simulated market.</summary>
    public const string DemoEpoch = "deltastream:demo:epoch";

    /// <summary>Sorted set of every key with a live value, by the time at which its life ends, in milliseconds.</summary>
    public const string Index = "deltastream:index";

    /// <summary>Where a client's session lies, by the hash that finds it.</summary>
    public static string Session(string key) => "deltastream:session:" + key;

    /// <summary>The channel on which one subscription hears itself.</summary>
    public static string Echo(string id) => "deltastream:echo:" + id;

    /// <summary>Where a value of the platform lies.</summary>
    public static string Latest(ConflationKey key) =>
        key.Expiry is null ? $"latest:{key.Kind.Name}:{key.Symbol}" : $"latest:{key.Kind.Name}:{key.Symbol}:{key.Expiry}";

    /// <summary>Where the newest value of any expiry lies.</summary>
    public static string LatestOfAnyExpiry(ConflationKey key) => Latest(key with { Expiry = null });

    /// <summary>Where the position of a value lies.</summary>
    public static string Position(string latest) => "deltastream:position:" + latest;

    /// <summary>A key's member in the index.</summary>
    public static string Member(ConflationKey key) => Latest(key)["latest:".Length..];

    /// <summary>Reads a member of the index; false for a text that is not one.</summary>
    public static bool TryParseMember(string member, out ConflationKey key)
    {
        key = default;
        var parts = member.Split(':');
        var kind = MessageKind.All.FirstOrDefault(kind => kind.Name == parts[0]);
        if (kind is null || parts.Length != (kind.HasExpiry ? 3 : 2) || !Symbol.IsValid(parts[1])) return false;
        if (kind.HasExpiry && !Expiry.IsValid(parts[2])) return false;
        key = new(kind, parts[1], kind.HasExpiry ? parts[2] : null);
        return true;
    }
}
