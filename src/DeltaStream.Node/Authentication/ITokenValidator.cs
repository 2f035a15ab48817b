using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Authentication;

/// <summary>Says who somebody is by the token they bring.</summary>
internal interface ITokenValidator
{
    /// <summary>Whether nobody is let in without a token.</summary>
    bool NeedsToken { get; }

    /// <summary>Checks a token. Never throws; a refusal says no more than its bringer may know.</summary>
    /// <param name="token">The token as it was brought; null or empty for none.</param>
    ValueTask<TokenCheck> CheckAsync(string? token);
}

/// <summary>What came of a token: one of the two is set.</summary>
/// <param name="Identity">Who its bringer is.</param>
/// <param name="Refusal">Why it is not good.</param>
internal readonly record struct TokenCheck(ClientIdentity? Identity, TokenRefusal? Refusal);

/// <summary>Why a token is not good.</summary>
/// <param name="Reason">The name in metrics.</param>
/// <param name="Message">What its bringer is told.</param>
internal sealed record TokenRefusal(string Reason, string Message)
{
    public static readonly TokenRefusal Missing = new("missing", "A token is needed");

    /// <summary>It is no token, or one of another kind than is set.</summary>
    public static readonly TokenRefusal Malformed = new("malformed", "The token is not valid");

    /// <summary>Signed by nobody we know, by another algorithm than is set, or not at all.</summary>
    public static readonly TokenRefusal Signature = new("signature", "The token is not valid");

    /// <summary>From another issuer.</summary>
    public static readonly TokenRefusal Issuer = new("issuer", "The token is not valid");

    /// <summary>For somebody else.</summary>
    public static readonly TokenRefusal Audience = new("audience", "The token is not valid");

    /// <summary>It says of nobody, or not in our words, who they are and what they may do.</summary>
    public static readonly TokenRefusal Claims = new("claims", "The token lacks what is needed of it");

    /// <summary>Its time is over.</summary>
    public static readonly TokenRefusal Expired = new("expired", "The token has expired");

    /// <summary>Its time has not come.</summary>
    public static readonly TokenRefusal NotYetValid = new("not_yet_valid", "The token is not valid yet");

    /// <summary>The keys to check it with could not be had.</summary>
    public static readonly TokenRefusal Unavailable = new("keys_unavailable", "Tokens can't be checked at the moment");

    /// <summary>Every one of them.</summary>
    public static readonly IReadOnlyList<TokenRefusal> All =
        [Missing, Malformed, Signature, Issuer, Audience, Claims, Expired, NotYetValid, Unavailable];
}

/// <summary>Where nobody needs a token: everybody is let in, whatever they bring.</summary>
internal sealed class AnonymousValidator : ITokenValidator
{
    public bool NeedsToken => false;

    public ValueTask<TokenCheck> CheckAsync(string? token) => new(new TokenCheck(ClientIdentity.Anonymous, null));
}
