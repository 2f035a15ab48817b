using System.Globalization;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>The address of Redis, and the timeouts of the node's connections.</summary>
/// <param name="Url">The address; null for the embedded server.</param>
/// <param name="CommandTimeout">The longest time for one command.</param>
/// <param name="EchoInterval">The time between two messages that a node publishes to itself through Redis.</param>
/// <param name="EchoTimeout">The time without such a message after which the node counts its subscription as deaf.</param>
internal sealed record RedisSettings(RedisUrl? Url, TimeSpan CommandTimeout, TimeSpan EchoInterval, TimeSpan EchoTimeout)
{
    private const string AuthorityPath = "deltastream.redis.tls-authority";

    /// <summary>The embedded server's port; 0 for any free port; null for the usual port, or a free one if that is taken.</summary>
    public int? EmbeddedPort { get; init; }

    /// <summary>The beginning of the names of the platform's channels.</summary>
    public string ChannelPrefix { get; init; } = "enriched:";

    /// <summary>Reads and checks the settings under <c>deltastream.redis</c>.</summary>
    /// <exception cref="SettingException">A value is not allowed.</exception>
    public static RedisSettings Read(SettingReader reader)
    {
        var text = reader.Text("deltastream.redis.url");
        var url = text.Length == 0 ? null : ReadUrl(text);
        if (reader.Text(AuthorityPath).Length > 0)
        {
            if (url is not { Tls: true }) throw reader.Wrong(AuthorityPath, "for a REDIS_URL that begins with rediss:// or rediss-sentinel://");
            url = url with { Authority = reader.Certificates(AuthorityPath, "a PEM file with the authority's certificate") };
        }

        if (RedisClientCertificate.Read(reader, url) is { } certificate) url = url! with { Certificate = certificate };
        var interval = reader.Duration("deltastream.redis.echo-interval", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        return new RedisSettings(
            url,
            reader.Duration("deltastream.redis.command-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)),
            interval,
            reader.Duration("deltastream.redis.echo-timeout", interval * 2, TimeSpan.FromMinutes(2)))
        {
            EmbeddedPort = ReadEmbeddedPort(reader),
            ChannelPrefix = ReadChannelPrefix(reader),
        };
    }

    private static RedisUrl ReadUrl(string text)
    {
        try
        {
            return RedisUrlReader.Read(text);
        }
        catch (FormatException wrong)
        {
            throw new SettingException("REDIS_URL", RedisUrlMask.Mask(text), $"{wrong.Message}; write {RedisUrl.Allowed}");
        }
    }

    private static string ReadChannelPrefix(SettingReader reader)
    {
        const string path = "deltastream.redis.channel-prefix";
        var text = reader.Text(path);
        // A wildcard would also match channels of other programs, and the node's own channels are not a feed.
        var isPlain = text.Length is > 0 and <= 64 && text.All(c => c is > ' ' and < '\x7f' and not ('*' or '?' or '[' or ']' or '\\' or '{' or '}'));
        return isPlain && !text.StartsWith("deltastream:", StringComparison.Ordinal)
            ? text
            : throw reader.Wrong(path, "1 to 64 characters of ASCII without spaces, *, ?, [, ], {, } and \\, and not deltastream:");
    }

    private static int? ReadEmbeddedPort(SettingReader reader)
    {
        const string path = "deltastream.redis.embedded-port";
        var text = reader.Text(path);
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase)) return null;
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : throw reader.Wrong(path, "auto, or a port from 0 to 65535");
    }
}
