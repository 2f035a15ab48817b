using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DeltaStream.Node.Admission;

/// <summary>
/// An origin (RFC 6454) as a browser sends it: <c>scheme://host[:port]</c> in lower case, without the default port of http and
/// https. Apps have schemes of their own, such as <c>capacitor://localhost</c>.
/// </summary>
/// <param name="Scheme">The scheme in lower case.</param>
/// <param name="Host">A name, an IPv4 address, or an IPv6 address in brackets; empty for <c>file://</c>.</param>
/// <param name="Port">The port; 0 if the origin has none, or has its scheme's default port.</param>
internal readonly record struct Origin(string Scheme, string Host, int Port)
{
    public bool IsWeb => Scheme is "http" or "https";

    /// <summary>Reads an origin. A path, a user or a query makes the text something else than an origin.</summary>
    public static bool TryParse(string text, out Origin origin)
    {
        origin = default;
        var end = text.IndexOf("://", StringComparison.Ordinal);
        if (end < 1 || !IsScheme(text.AsSpan(0, end))) return false;
        var scheme = text[..end].ToLowerInvariant();
        if (!TryParseAuthority(text[(end + 3)..], scheme, out var host, out var port)) return false;
        if (host.Length == 0 && (scheme is "http" or "https" || port != 0)) return false;
        origin = new Origin(scheme, host, port);
        return true;
    }

    /// <summary>The origin of a page at this scheme and this <c>Host</c> header.</summary>
    public static bool TryMake(string scheme, string authority, out Origin origin)
    {
        origin = default;
        if (!TryParseAuthority(authority, scheme, out var host, out var port) || host.Length == 0) return false;
        origin = new Origin(scheme, host, port);
        return true;
    }

    private static bool TryParseAuthority(string text, string scheme, [NotNullWhen(true)] out string? host, out int port)
    {
        (host, port) = (null, 0);
        var colon = text.IndexOf(':', text.LastIndexOf(']') + 1);
        var name = colon < 0 ? text : text[..colon];
        if (colon >= 0 && !(int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536)) return false;
        if (!IsHost(name)) return false;
        if ((scheme, port) is ("http", 80) or ("https", 443)) port = 0;
        host = name.ToLowerInvariant();
        return true;
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiLetter(text[0])) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return false;
        return true;
    }

    private static bool IsHost(string text)
    {
        if (text.StartsWith('[')) return text.EndsWith(']') && text.Length > 2 && text.AsSpan(1, text.Length - 2).IndexOfAnyExcept("0123456789abcdefABCDEF:.") < 0;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_')) return false;
        return true;
    }
}
