using System.Globalization;

namespace DeltaStream.Node.Settings;

/// <summary>Reads a <c>REDIS_URL</c>. An error says which part is wrong and how to write it, and repeats nothing of the text.</summary>
internal static class RedisUrlReader
{
    private const int DefaultPort = 6379;
    private const int DefaultSentinelPort = 26379;

    /// <summary>Reads a URL.</summary>
    /// <exception cref="FormatException">A part of the URL is wrong; the message names the part and has no secret.</exception>
    public static RedisUrl Read(string text)
    {
        var (scheme, rest) = Cut(text, "://") ?? throw new FormatException("the scheme is missing: begin with redis://");
        if (scheme is not ("redis" or "rediss" or "redis-sentinel" or "rediss-sentinel"))
            throw new FormatException("the scheme must be redis, rediss, redis-sentinel or rediss-sentinel");
        var isSentinel = scheme.EndsWith("-sentinel", StringComparison.Ordinal);

        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var (authority, behind) = end < 0 ? (rest, "") : (rest[..end], rest[end..]);
        if (behind.Contains('@')) throw new FormatException("the password must be percent-encoded: / is %2F, ? is %3F, # is %23");
        if (behind.AsSpan().ContainsAny('?', '#')) throw new FormatException("nothing may follow the database: options after ? or # are other settings");

        var at = authority.LastIndexOf('@');
        var (user, password) = at < 0 ? (null, null) : Login(authority[..at]);
        var hosts = authority[(at + 1)..].Split(',').Select((host, i) => Host(host, i, isSentinel ? DefaultSentinelPort : DefaultPort)).Distinct().ToArray();
        var path = behind.Trim('/') is { Length: > 0 } inner ? inner.Split('/') : [];
        if (!isSentinel)
        {
            if (path.Length > 1) throw new FormatException("after the hosts comes one database's number, such as /1");
            return new RedisUrl(hosts, scheme == "rediss", user, password, Database(path.FirstOrDefault()));
        }

        if (path.Length is 0 or > 2 || path[0].Length == 0) throw new FormatException("after the Sentinels comes the service that they watch, such as /mymaster");
        return new RedisUrl(hosts, scheme == "rediss-sentinel", user, password, Database(path.ElementAtOrDefault(1)))
        {
            Service = Decoded(path[0], "the service"),
        };
    }

    private static (string? User, string? Password) Login(string text)
    {
        var (user, password) = Cut(text, ":") ?? (text, "");
        return (NullIfEmpty(Decoded(user, "the user")), NullIfEmpty(Decoded(password, "the password")));
    }

    private static RedisHost Host(string text, int index, int defaultPort)
    {
        var which = index == 0 ? "the host" : $"host {index + 1}";
        var colon = text.IndexOf(':', text.IndexOf(']') + 1);
        var name = colon < 0 ? text : text[..colon];
        if (name.Length == 0) throw new FormatException($"{which} is missing");
        if (name is ['[', .., ']'] && name.Contains(':')) name = name[1..^1];
        if (Uri.CheckHostName(name) is UriHostNameType.Unknown or UriHostNameType.Basic)
            throw new FormatException($"{which} must be a name, an IPv4 address, or an IPv6 address in brackets");
        if (colon < 0) return new RedisHost(Ascii(name), defaultPort);
        return ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? new RedisHost(Ascii(name), port)
            : throw new FormatException($"the port of {which} must be a number from 1 to 65535");
    }

    private static string Ascii(string name) => name.All(char.IsAscii) ? name : new IdnMapping().GetAscii(name);

    private static int Database(string? text)
    {
        if (text is null) return 0;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("the database must be a number, such as /1");
    }

    private static string Decoded(string text, string part)
    {
        for (var i = text.IndexOf('%'); i >= 0; i = text.IndexOf('%', i + 1))
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                throw new FormatException($"{part} must be percent-encoded: % is %25");
        return Uri.UnescapeDataString(text);
    }

    private static (string Before, string After)? Cut(string text, string separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? null : (text[..at], text[(at + separator.Length)..]);
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
