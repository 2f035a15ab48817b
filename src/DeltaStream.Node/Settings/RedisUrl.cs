using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace DeltaStream.Node.Settings;

/// <summary>The address of Redis: <c>redis://[user:password@]host:port[/db]</c>, or <c>rediss://</c> for TLS.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">TCP port; 6379 if the URL has none.</param>
/// <param name="Tls">Whether the connection is encrypted.</param>
/// <param name="User">The ACL user; null for the default user.</param>
/// <param name="Password">The password; <see cref="ToString"/> masks it.</param>
/// <param name="Database">The database's number.</param>
internal sealed record RedisUrl(string Host, int Port, bool Tls, string? User, string? Password, int Database)
{
    /// <summary>The authority that signs the server's certificate; null for the machine's trusted authorities.</summary>
    public X509Certificate2Collection? Authority { get; init; }

    /// <summary>The description of a valid URL, for error messages.</summary>
    public const string Allowed = "redis://[user:password@]host:port[/db], or rediss:// for TLS";

    /// <summary>Reads a URL; false if the text is not a URL, or has parts that the gateway does not support.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RedisUrl? url)
    {
        url = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss")) return false;
        if (uri.Host.Length == 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.Port == 0) return false;
        var path = uri.AbsolutePath.Trim('/');
        var database = 0;
        if (path.Length > 0 && !int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database)) return false;

        var colon = uri.UserInfo.IndexOf(':');
        var user = colon < 0 ? uri.UserInfo : uri.UserInfo[..colon];
        var password = colon < 0 ? "" : uri.UserInfo[(colon + 1)..];
        url = new RedisUrl(uri.IdnHost, uri.Port < 0 ? 6379 : uri.Port, uri.Scheme == "rediss",
            NullIfEmpty(Uri.UnescapeDataString(user)), NullIfEmpty(Uri.UnescapeDataString(password)), database);
        return true;
    }

    /// <summary>A wrong URL in a form for logs: every part that may be a secret is masked, even if the text can't be parsed.</summary>
    public static string Mask(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3) return "***";
        var rest = text[start..];
        var (at, end) = (rest.LastIndexOf('@'), rest.AsSpan().IndexOfAny('/', '?', '#'));
        // Either the password has such a character in it, or the query has an @. The text does not show which, so all of it is
        // masked.
        if (at >= 0 && end >= 0 && end < at) return text[..start] + "***";
        var host = rest[(at + 1)..(end < 0 ? rest.Length : end)];
        var behind = end < 0 ? "" : rest[end] == '/' && rest[(end + 1)..].All(char.IsAsciiDigit) ? rest[end..] : rest[end] + "***";
        return text[..start] + (at < 0 ? MaskPort(host) : "***@" + host) + behind;
    }

    /// <summary>In a URL without a user, the text at the place of the port may be a password if it is not a port.</summary>
    private static string MaskPort(string host)
    {
        var colon = host.IndexOf(':', host.LastIndexOf(']') + 1);
        var isPort = colon < 0 || (host.Length - colon <= 6 && host[(colon + 1)..].All(char.IsAsciiDigit));
        return isPort ? host : host[..(colon + 1)] + "***";
    }

    /// <summary>The URL with its password masked.</summary>
    public override string ToString() =>
        $"{(Tls ? "rediss" : "redis")}://{(User ?? Password) switch { null => "", _ => $"{User}:***@" }}{Host}:{Port}/{Database}";

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
