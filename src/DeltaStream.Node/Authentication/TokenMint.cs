using System.Globalization;
using System.Text.Json;
using DeltaStream.Node.Settings.Reading;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace DeltaStream.Node.Authentication;

/// <summary>What a new token says.</summary>
/// <param name="Subject">Who it names.</param>
/// <param name="Rooms">The rooms that it covers; null for all.</param>
/// <param name="Role">Its role.</param>
/// <param name="Lifetime">How long it is valid.</param>
/// <param name="Issuer">Its issuer; null for that of the settings.</param>
/// <param name="Audience">Its audience; null for that of the settings.</param>
internal sealed record TokenContent(string Subject, IReadOnlyList<string>? Rooms, string? Role, TimeSpan Lifetime, string? Issuer, string? Audience);

/// <summary>Makes HS256 tokens, for trials and for operators' tools.</summary>
internal static class TokenMint
{
    private const int LongestNumber = 9;

    /// <summary>Makes a token, signed with the secret of the settings.</summary>
    /// <exception cref="SettingException">The subject is empty, too long or has control characters.</exception>
    public static string Make(AuthSettings settings, TokenContent content, DateTimeOffset now)
    {
        if (content.Subject.Trim().Length == 0 || content.Subject.Length > TokenClaims.LongestSubject || content.Subject.Any(char.IsControl))
            throw new SettingException("--subject", content.Subject, $"1 to {TokenClaims.LongestSubject} characters without control characters");
        var claims = new Dictionary<string, object>
        {
            ["sub"] = content.Subject,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + content.Lifetime).ToUnixTimeSeconds(),
        };
        if (content.Rooms is { } rooms) claims["rooms"] = rooms;
        if (content.Role is { } role) claims["role"] = role;
        if ((content.Issuer ?? settings.Issuer) is { } issuer) claims["iss"] = issuer;
        if ((content.Audience ?? settings.Audience) is { } audience) claims["aud"] = audience;
        var key = new SymmetricSecurityKey(settings.Secret);
        return new JsonWebTokenHandler().CreateToken(JsonSerializer.Serialize(claims), new SigningCredentials(key, SecurityAlgorithms.HmacSha256));
    }

    /// <summary>Reads a number with its unit: <c>90s</c>, <c>15m</c>, <c>12h</c>, <c>30d</c>.</summary>
    /// <exception cref="SettingException">The text is something else.</exception>
    public static TimeSpan Lifetime(string text)
    {
        var unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        return unit > 0 && text.Length <= LongestNumber && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0 && (long)number * unit <= 100L * 365 * 86_400
            ? TimeSpan.FromSeconds((long)number * unit)
            : throw new SettingException("--expires", text, "a number with its unit (s, m, h, d), such as 12h");
    }

    /// <summary>The patterns of rooms, which spaces part; null if there are none.</summary>
    public static IReadOnlyList<string>? Patterns(string? text)
    {
        var patterns = text?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return patterns is { Length: > 0 } ? patterns : null;
    }
}
