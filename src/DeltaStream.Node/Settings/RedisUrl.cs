using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace DeltaStream.Node.Settings;

/// <summary>Where Redis is: <c>redis://[user:password@]host:port[/db]</c>, or <c>rediss://</c> for TLS.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">TCP port; 6379 where the URL has none.</param>
/// <param name="Tls">Whether the connection is encrypted.</param>
/// <param name="User">The ACL user, null for the default one.</param>
/// <param name="Password">Never shown: <see cref="ToString"/> masks it.</param>
/// <param name="Database">The database's number.</param>
internal sealed record RedisUrl(string Host, int Port, bool Tls, string? User, string? Password, int Database)
{
    /// <summary>Who signs its certificate; null: the authorities that the machine trusts.</summary>
    public X509Certificate2Collection? Authority { get; init; }

    /// <summary>What an operator is told about a wrong one.</summary>
    public const string Allowed = "redis://[user:password@]host:port[/db], or rediss:// for TLS";

    /// <summary>Reads a URL; false where it is none, or holds what is not understood.</summary>
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

    /// <summary>A wrong URL as it may be shown: what could be a secret is masked even where the text can't be read.</summary>
    public static string Mask(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3) return "***";
        var rest = text[start..];
        var (at, end) = (rest.LastIndexOf('@'), rest.AsSpan().IndexOfAny('/', '?', '#'));
        // A password with such a character in it, or a query with an @: nobody can tell which.
        if (at >= 0 && end >= 0 && end < at) return text[..start] + "***";
        var host = rest[(at + 1)..(end < 0 ? rest.Length : end)];
        var behind = end < 0 ? "" : rest[end] == '/' && rest[(end + 1)..].All(char.IsAsciiDigit) ? rest[end..] : rest[end] + "***";
        return text[..start] + (at < 0 ? MaskPort(host) : "***@" + host) + behind;
    }

    /// <summary>Without a user before it, what stands for a port and is none may be a password.</summary>
    private static string MaskPort(string host)
    {
        var colon = host.IndexOf(':', host.LastIndexOf(']') + 1);
        var isPort = colon < 0 || (host.Length - colon <= 6 && host[(colon + 1)..].All(char.IsAsciiDigit));
        return isPort ? host : host[..(colon + 1)] + "***";
    }

    /// <summary>The URL without its secret.</summary>
    public override string ToString() =>
        $"{(Tls ? "rediss" : "redis")}://{(User ?? Password) switch { null => "", _ => $"{User}:***@" }}{Host}:{Port}/{Database}";

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
