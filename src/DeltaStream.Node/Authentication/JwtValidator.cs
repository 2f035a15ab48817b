using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace DeltaStream.Node.Authentication;

/// <summary>
/// Checks JSON Web Tokens (RFC 7519). The settings alone determine the allowed algorithm, never the token: HS256 with a secret,
/// RS256 and ES256 with a JWKS. The validator never fetches or uses a key that a token names (<c>jku</c>, <c>x5u</c>, <c>jwk</c>).
/// </summary>
internal sealed class JwtValidator : ITokenValidator
{
    /// <summary>The longest token, in characters.</summary>
    public const int LongestToken = 16 * 1024;

    /// <summary>The year 5138 in seconds, 1973 in milliseconds.</summary>
    private const double FirstMilliseconds = 1e11;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };
    private readonly TokenValidationParameters _parameters;
    private readonly JwksKeys? _keys;
    private readonly AuthSettings _settings;
    private readonly TimeProvider _time;

    /// <summary>Creates the validator.</summary>
    /// <param name="settings">The settings, with a secret or a JWKS.</param>
    /// <param name="keys">The keys of the JWKS; null for HS256.</param>
    /// <param name="time">The wall clock.</param>
    public JwtValidator(AuthSettings settings, JwksKeys? keys, TimeProvider time)
    {
        _settings = settings;
        _keys = keys;
        _time = time;
        _parameters = new TokenValidationParameters
        {
            ValidAlgorithms = keys is null ? [SecurityAlgorithms.HmacSha256] : [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeys = SecretsOf(settings).Select(secret => new SymmetricSecurityKey(secret)),
            RequireSignedTokens = true,
            ValidateIssuer = settings.Issuer is not null,
            ValidIssuer = settings.Issuer,
            ValidateAudience = settings.Audience is not null,
            ValidAudience = settings.Audience,
            // The code below checks the lifetime by the gateway's own clock.
            ValidateLifetime = false,
            LogValidationExceptions = false,
        };
    }

    public bool NeedsToken => true;

    public async ValueTask<TokenCheck> CheckAsync(string? token)
    {
        if (string.IsNullOrEmpty(token)) return new(null, RefuseMissing());
        if (token.Length > LongestToken || !TryRead(token, out var read)) return new(null, TokenRefusal.Malformed);
        // Refuses the token before the search for a key: a token of another kind must not cause a read of the keys.
        if (!_parameters.ValidAlgorithms.Contains(read.Alg)) return new(null, TokenRefusal.Signature);
        var parameters = _parameters;
        if (_keys is not null)
        {
            if (await _keys.FindAsync(read.Kid) is not { } found) return new(null, TokenRefusal.Unavailable);
            parameters = _parameters.Clone();
            parameters.IssuerSigningKeys = found;
        }

        var result = await _handler.ValidateTokenAsync(read, parameters);
        if (!result.IsValid) return new(null, RefusalOf(result.Exception));
        return CheckTimes(read, out var expiresAt) is { } refusal ? new(null, refusal)
            : TokenClaims.Read(read.EncodedPayload, expiresAt) is { } identity ? new(identity, null)
            : new(null, TokenRefusal.Claims);
    }

    public TokenRefusal RefuseMissing() => TokenRefusal.Missing;

    private static byte[][] SecretsOf(AuthSettings settings) =>
        settings.Secret is not { } secret ? [] : settings.PreviousSecret is { } previous ? [secret, previous] : [secret];

    private static bool TryRead(string token, out JsonWebToken read)
    {
        read = null!;
        try
        {
            read = new JsonWebToken(token);
            // An encrypted token has five parts. A token with a critical extension is refused too (RFC 7515, section 4.1.11).
            return !read.IsEncrypted && !read.TryGetHeaderValue<object>("crit", out _);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or FormatException)
        {
            return false;
        }
    }

    private TokenRefusal? CheckTimes(JsonWebToken token, out DateTimeOffset? expiresAt)
    {
        expiresAt = null;
        if (IsInMilliseconds(token, JwtRegisteredClaimNames.Exp) || IsInMilliseconds(token, JwtRegisteredClaimNames.Nbf)) return TokenRefusal.Milliseconds;
        var now = _time.GetUtcNow();
        if (token.TryGetPayloadValue<object>(JwtRegisteredClaimNames.Exp, out _))
        {
            if (token.ValidTo == DateTime.MinValue) return TokenRefusal.Claims;
            expiresAt = new DateTimeOffset(token.ValidTo);
            if (expiresAt <= now) return TokenRefusal.Expired;
        }
        else if (_settings.RequiresExpiry)
        {
            return TokenRefusal.Claims;
        }

        return token.ValidFrom > now.UtcDateTime + _settings.ClockSkew ? TokenRefusal.NotYetValid : null;
    }

    /// <summary>
    /// Whether a time is a usual time in milliseconds. Read as seconds it would lie thousands of years ahead, and the token would never
    /// expire.
    /// </summary>
    private static bool IsInMilliseconds(JsonWebToken token, string claim) =>
        token.TryGetPayloadValue<double>(claim, out var seconds) && seconds >= FirstMilliseconds;

    private static TokenRefusal RefusalOf(Exception? exception) => exception switch
    {
        SecurityTokenInvalidIssuerException => TokenRefusal.Issuer,
        SecurityTokenInvalidAudienceException => TokenRefusal.Audience,
        SecurityTokenMalformedException or ArgumentException => TokenRefusal.Malformed,
        _ => TokenRefusal.Signature,
    };
}
