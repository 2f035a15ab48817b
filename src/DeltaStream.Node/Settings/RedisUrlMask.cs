namespace DeltaStream.Node.Settings;

/// <summary>Shows a wrong <c>REDIS_URL</c> in logs: every part that may be a secret is masked, even if the text can't be parsed.</summary>
internal static class RedisUrlMask
{
    /// <summary>The masked form of a wrong URL.</summary>
    public static string Mask(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3) return "***";
        var rest = text[start..];
        var (at, end) = (rest.LastIndexOf('@'), rest.AsSpan().IndexOfAny('/', '?', '#'));
        // Either the password has such a character in it, or the query has an @. The text does not show which, so all of it is
        // masked.
        if (at >= 0 && end >= 0 && end < at) return text[..start] + "***";
        var hosts = rest[(at + 1)..(end < 0 ? rest.Length : end)];
        var behind = end < 0 ? "" : rest[end] == '/' && rest[(end + 1)..].All(char.IsAsciiDigit) ? rest[end..] : rest[end] + "***";
        return text[..start] + (at < 0 ? string.Join(',', hosts.Split(',').Select(MaskPort)) : "***@" + hosts) + behind;
    }

    /// <summary>In a URL without a user, the text at the place of the port may be a password if it is not a port.</summary>
    private static string MaskPort(string host)
    {
        var colon = host.IndexOf(':', host.LastIndexOf(']') + 1);
        var isPort = colon < 0 || (host.Length - colon <= 6 && host[(colon + 1)..].All(char.IsAsciiDigit));
        return isPort ? host : host[..(colon + 1)] + "***";
    }
}
