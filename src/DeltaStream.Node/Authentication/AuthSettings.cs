using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Authentication;

/// <summary>The access to the operators' endpoints, for example <c>/metrics</c>.</summary>
internal enum OperatorAccess
{
    /// <summary>Every client that reaches the port has access.</summary>
    Open = 1,

    /// <summary>Only a token with the role <c>operator</c> gives access.</summary>
    Role = 2,
}

/// <summary>The rules for tokens and for the access of operators.</summary>
internal sealed record AuthSettings
{
    private const string Mode = "deltastream.auth.mode";
    private const string SecretPath = "deltastream.auth.jwt-secret";
    private const string PreviousPath = "deltastream.auth.jwt-secret-previous";
    private const string JwksPath = "deltastream.auth.jwt-jwks";

    /// <summary>Whether clients need a token.</summary>
    public required bool NeedsToken { get; init; }

    /// <summary>Whether the operator has allowed clients without a token explicitly.</summary>
    public bool AllowsAnonymous { get; init; }

    /// <summary>The secret of HS256 tokens; null if tokens are RS256 or ES256.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>A second secret whose tokens are still accepted, while a new secret replaces it; null if there is none.</summary>
    public byte[]? PreviousSecret { get; init; }

    /// <summary>The URL of the public keys of RS256 and ES256 tokens: https, http or file; null for HS256.</summary>
    public Uri? Jwks { get; init; }

    /// <summary>The <c>iss</c> that a token must have; null for any.</summary>
    public string? Issuer { get; init; }

    /// <summary>The <c>aud</c> that a token must have; null for any.</summary>
    public string? Audience { get; init; }

    /// <summary>Whether a token must have an <c>exp</c>.</summary>
    public bool RequiresExpiry { get; init; } = true;

    /// <summary>The time by which the issuer's clock may be ahead, for tokens that are not valid yet.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The age at which the keys of a JWKS are read again.</summary>
    public TimeSpan JwksLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The least time between two reads that tokens with an unknown key id cause.</summary>
    public TimeSpan JwksCooldown { get; init; } = TimeSpan.FromSeconds(10);

    public OperatorAccess Operators { get; init; } = OperatorAccess.Open;

    /// <summary>The separate port of the operators' endpoints; 0 if they are on the clients' port.</summary>
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
            PreviousSecret = needsToken ? ReadPrevious(reader) : null,
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

    /// <summary>In production the operator must allow clients without a token explicitly.</summary>
    /// <exception cref="SettingException">Clients need no token, and the setting that allows this is absent.</exception>
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
        if (secret.Length > 0 && jwks.Length > 0)
            throw TokenSecret.Wrong(SecretPath, "only one of AUTH_JWT_SECRET (HS256) and AUTH_JWT_JWKS (RS256, ES256) may be set");
        return TokenSecret.Read(reader, SecretPath);
    }

    private static byte[]? ReadPrevious(SettingReader reader) =>
        reader.Text(PreviousPath).Length > 0 && reader.Text(SecretPath).Length == 0
            ? throw TokenSecret.Wrong(PreviousPath, "the secret before AUTH_JWT_SECRET, which must be set as well")
            : TokenSecret.Read(reader, PreviousPath);

    private static Uri? ReadJwks(SettingReader reader, bool isDevelopment)
    {
        var text = reader.Text(JwksPath);
        if (text.Length == 0) return null;
        if (!text.Contains("://", StringComparison.Ordinal)) return new Uri(Path.GetFullPath(text));
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http" or "file") || url.UserInfo.Length > 0)
            throw new SettingException("AUTH_JWT_JWKS", "…", "an https URL without a user, or a file's path");
        // A person who can change the keys in transit can make tokens.
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
