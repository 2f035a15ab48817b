using System.Text;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Authentication;

/// <summary>Who may see what operators see, <c>/metrics</c> first of all.</summary>
internal enum OperatorAccess
{
    /// <summary>Everybody who reaches the port.</summary>
    Open = 1,

    /// <summary>Who has a token with the role <c>operator</c>.</summary>
    Role = 2,
}

/// <summary>Who is let in.</summary>
internal sealed record AuthSettings
{
    /// <summary>The shortest secret for HS256, in bytes (RFC 7518, section 3.2).</summary>
    public const int ShortestSecret = 32;

    private const string Mode = "deltastream.auth.mode";
    private const string SecretPath = "deltastream.auth.jwt-secret";
    private const string JwksPath = "deltastream.auth.jwt-jwks";

    /// <summary>Whether clients need a token.</summary>
    public required bool NeedsToken { get; init; }

    /// <summary>Whether it is meant that everybody is let in, where clients need none.</summary>
    public bool AllowsAnonymous { get; init; }

    /// <summary>The secret of HS256 tokens; null where they are RS256 or ES256.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>Where the public keys of RS256 and ES256 tokens are: an https, http or file URL; null for HS256.</summary>
    public Uri? Jwks { get; init; }

    /// <summary>The <c>iss</c> that a token must have; null: any.</summary>
    public string? Issuer { get; init; }

    /// <summary>The <c>aud</c> that a token must have; null: any.</summary>
    public string? Audience { get; init; }

    /// <summary>Whether a token must have an <c>exp</c>.</summary>
    public bool RequiresExpiry { get; init; } = true;

    /// <summary>How far the issuer's clock may be ahead of this one where a token is not valid yet.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How old the keys of a JWKS may become before they are read again.</summary>
    public TimeSpan JwksLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often they are read at most because a token names a key that is not among them.</summary>
    public TimeSpan JwksCooldown { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Who may see what operators see.</summary>
    public OperatorAccess Operators { get; init; } = OperatorAccess.Open;

    /// <summary>The port that operators' endpoints have for themselves; 0: they are on the clients' port.</summary>
    public int OperatorPort { get; init; }

    /// <summary>Reads and checks the settings under <c>deltastream.auth</c>.</summary>
    /// <exception cref="SettingException">A value is not allowed.</exception>
    public static AuthSettings Read(SettingReader reader, bool isDevelopment)
    {
        var needsToken = reader.OneOf(Mode, "none", "jwt") == "jwt";
        var port = reader.Number("deltastream.http.operator-port", 0, 65535);
        return new AuthSettings
        {
            NeedsToken = needsToken,
            AllowsAnonymous = reader.Switch("deltastream.auth.allow-anonymous") || isDevelopment,
            Secret = needsToken ? ReadSecret(reader) : null,
            Jwks = needsToken ? ReadJwks(reader, isDevelopment) : null,
            Issuer = NullIfEmpty(reader.Text("deltastream.auth.jwt-issuer")),
            Audience = NullIfEmpty(reader.Text("deltastream.auth.jwt-audience")),
            RequiresExpiry = reader.Switch("deltastream.auth.require-expiry"),
            ClockSkew = reader.Duration("deltastream.auth.clock-skew", TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            JwksLifetime = reader.Duration("deltastream.auth.jwks-lifetime", TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
            JwksCooldown = reader.Duration("deltastream.auth.jwks-cooldown", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            Operators = ReadOperators(reader, needsToken, hasPort: port != 0),
            OperatorPort = port,
        };
    }

    /// <summary>In production everybody is let in only where that is said.</summary>
    /// <exception cref="SettingException">It is not.</exception>
    public void RefuseUnmeantAnonymity(SettingReader reader)
    {
        if (NeedsToken || AllowsAnonymous) return;
        throw reader.Wrong(Mode, "in production clients need a token (jwt, with AUTH_JWT_SECRET or AUTH_JWT_JWKS), or AUTH_ALLOW_ANONYMOUS=true lets everybody in");
    }

    private static byte[]? ReadSecret(SettingReader reader)
    {
        var (secret, jwks) = (reader.Text(SecretPath), reader.Text(JwksPath));
        if (secret.Length == 0 && jwks.Length == 0)
            throw reader.Wrong(Mode, "tokens are checked with AUTH_JWT_SECRET (HS256) or AUTH_JWT_JWKS (RS256, ES256), and neither is set");
        if (secret.Length == 0) return null;
        if (jwks.Length > 0)
            throw new SettingException("AUTH_JWT_SECRET", "***", "only one of AUTH_JWT_SECRET (HS256) and AUTH_JWT_JWKS (RS256, ES256) may be set");
        var bytes = Encoding.UTF8.GetBytes(secret);
        if (bytes.Length < ShortestSecret)
            throw new SettingException("AUTH_JWT_SECRET", "***", $"at least {ShortestSecret} bytes, as HS256 demands; it has {bytes.Length}");
        return bytes;
    }

    private static Uri? ReadJwks(SettingReader reader, bool isDevelopment)
    {
        var text = reader.Text(JwksPath);
        if (text.Length == 0) return null;
        if (!text.Contains("://", StringComparison.Ordinal)) return new Uri(Path.GetFullPath(text));
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http" or "file") || url.UserInfo.Length > 0)
            throw new SettingException("AUTH_JWT_JWKS", "…", "an https URL without a user, or a file's path");
        // Whoever can change the keys on their way can make tokens.
        if (url.Scheme == "http" && !url.IsLoopback && !isDevelopment && !reader.Switch("deltastream.auth.allow-http-jwks"))
            throw new SettingException("AUTH_JWT_JWKS", url.GetLeftPart(UriPartial.Path), "an https URL; plain http in production only from this machine, or with deltastream.auth.allow-http-jwks = on");
        return url;
    }

    private static OperatorAccess ReadOperators(SettingReader reader, bool needsToken, bool hasPort)
    {
        const string path = "deltastream.auth.operators";
        switch (reader.OneOf(path, "auto", "open", "role"))
        {
            case "open":
                return OperatorAccess.Open;
            case "role":
                return needsToken ? OperatorAccess.Role : throw reader.Wrong(path, "there are no roles without tokens; set AUTH_MODE=jwt");
            default:
                return needsToken && !hasPort ? OperatorAccess.Role : OperatorAccess.Open;
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
