using System.Buffers.Text;
using System.Text.Json;
using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Authentication;

/// <summary>Reads the claims of a token that is known to be good: who its bringer is, and what they may do.</summary>
internal static class TokenClaims
{
    /// <summary>The longest subject, in characters: it stands in logs and in kept sessions.</summary>
    public const int LongestSubject = 256;

    /// <summary>Reads them; null where there is no subject, or a claim is not of its type: no guess is made of what was meant.</summary>
    /// <param name="payload">The token's payload, base64url.</param>
    /// <param name="expiresAt">When the token expires.</param>
    public static ClientIdentity? Read(string payload, DateTimeOffset? expiresAt)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            var claims = document.RootElement;
            if (SubjectOf(claims) is not { } subject) return null;
            if (!TryReadTexts(claims, "rooms", out var rooms) || !TryReadTexts(claims, "role", out var roles)) return null;
            var role = roles is null ? null : roles.Contains(ClientIdentity.Operator) ? ClientIdentity.Operator : roles.FirstOrDefault();
            return new ClientIdentity(subject, RoomGrant.Of(rooms), role, expiresAt);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // No JSON, or a text with half a surrogate pair.
            return null;
        }
    }

    private static string? SubjectOf(JsonElement claims)
    {
        var subject = TextOf(claims, "sub") ?? TextOf(claims, "user_id");
        return subject is { Length: <= LongestSubject } && !subject.Any(char.IsControl) ? subject : null;
    }

    /// <summary>A text, or a number as the platform's own ids are; null for anything else.</summary>
    private static string? TextOf(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var claim)) return null;
        var text = claim.ValueKind switch
        {
            JsonValueKind.String => claim.GetString(),
            JsonValueKind.Number => claim.GetRawText(),
            _ => null,
        };
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <summary>A list of texts, or one text; null where there is no such claim.</summary>
    private static bool TryReadTexts(JsonElement claims, string name, out string[]? texts)
    {
        texts = null;
        if (!claims.TryGetProperty(name, out var claim)) return true;
        if (claim.ValueKind == JsonValueKind.String)
        {
            texts = [claim.GetString()!];
            return true;
        }

        if (claim.ValueKind != JsonValueKind.Array || claim.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String)) return false;
        texts = [.. claim.EnumerateArray().Select(item => item.GetString()!)];
        return true;
    }
}
