using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Authentication;

/// <summary>Identifies a client by its token.</summary>
internal interface ITokenValidator
{
    /// <summary>Whether every client needs a token.</summary>
    bool NeedsToken { get; }

    /// <summary>Checks a token. Never throws. The text of a refusal tells the client no secret.</summary>
    /// <param name="token">The token as the client sent it; null or empty for none.</param>
    ValueTask<TokenCheck> CheckAsync(string? token);

    /// <summary>Refuses a client that has sent no token.</summary>
    TokenRefusal RefuseMissing();
}

/// <summary>The result of a check: one of the two is set.</summary>
/// <param name="Identity">The client's identity.</param>
/// <param name="Refusal">The reason why the token is refused.</param>
internal readonly record struct TokenCheck(ClientIdentity? Identity, TokenRefusal? Refusal);

/// <summary>The reason why a token is refused.</summary>
/// <param name="Reason">The name in the metrics.</param>
/// <param name="Message">The text for the client.</param>
internal sealed record TokenRefusal(string Reason, string Message)
{
    public static readonly TokenRefusal Missing = new("missing", "A token is needed");

    /// <summary>The text is not a token, or its kind is not the configured one.</summary>
    public static readonly TokenRefusal Malformed = new("malformed", "The token is not valid");

    /// <summary>The signature is missing, is from an unknown key, or uses another algorithm than the configured one.</summary>
    public static readonly TokenRefusal Signature = new("signature", "The token is not valid");

    /// <summary>The token is from another issuer.</summary>
    public static readonly TokenRefusal Issuer = new("issuer", "The token is not valid");

    /// <summary>The token is for another audience.</summary>
    public static readonly TokenRefusal Audience = new("audience", "The token is not valid");

    /// <summary>A claim that names the client or its rights is missing or has the wrong type.</summary>
    public static readonly TokenRefusal Claims = new("claims", "The token lacks what is needed of it");

    /// <summary>The token's <c>exp</c> or <c>nbf</c> is in milliseconds; a JWT has seconds (RFC 7519, section 2).</summary>
    public static readonly TokenRefusal Milliseconds = new("time_in_milliseconds", "The token's exp or nbf is in milliseconds; it must be in seconds since 1970");

    /// <summary>The token has expired.</summary>
    public static readonly TokenRefusal Expired = new("expired", "The token has expired");

    /// <summary>The token is not valid yet.</summary>
    public static readonly TokenRefusal NotYetValid = new("not_yet_valid", "The token is not valid yet");

    /// <summary>The node could not read the keys for the check.</summary>
    public static readonly TokenRefusal Unavailable = new("keys_unavailable", "Tokens can't be checked at the moment");

    public static readonly IReadOnlyList<TokenRefusal> All =
        [Missing, Malformed, Signature, Issuer, Audience, Claims, Milliseconds, Expired, NotYetValid, Unavailable];
}

/// <summary>For a node that needs no tokens: accepts every client, with or without a token.</summary>
internal sealed class AnonymousValidator : ITokenValidator
{
    public bool NeedsToken => false;

    public ValueTask<TokenCheck> CheckAsync(string? token) => new(new TokenCheck(ClientIdentity.Anonymous, null));

    public TokenRefusal RefuseMissing() => TokenRefusal.Missing;
}
