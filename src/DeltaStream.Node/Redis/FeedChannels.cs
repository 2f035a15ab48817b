namespace DeltaStream.Node.Redis;

/// <summary>
/// The names of the platform's channels in this installation's Redis. Inside the gateway the channels always begin with
/// <c>enriched:</c>.
/// </summary>
/// <param name="prefix">The beginning of the names in Redis.</param>
internal sealed class FeedChannels(string prefix)
{
    private const string Usual = "enriched:";

    /// <summary>The pattern that matches every channel of the platform.</summary>
    public string Pattern => prefix + "*";

    /// <summary>The name in Redis of a channel that begins with <c>enriched:</c>.</summary>
    public string InRedis(string channel) => prefix + channel[Usual.Length..];

    /// <summary>The gateway's name of a channel that matches the pattern.</summary>
    public string FromRedis(string channel) => prefix == Usual ? channel : Usual + channel[prefix.Length..];
}
