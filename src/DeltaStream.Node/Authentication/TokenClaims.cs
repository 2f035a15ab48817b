using System.Buffers.Text;
using System.Text.Json;
using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Authentication;

/// <summary>Reads the claims of a token whose signature is valid: the client's identity and rights.</summary>
internal static class TokenClaims
{
    /// <summary>The longest subject, in characters. The subject is written to logs and to saved sessions.</summary>
    public const int LongestSubject = 256;

    /// <summary>Reads the claims; null if the subject is missing or a claim has the wrong type. The reader does not guess.</summary>
    /// <param name="payload">The token's payload, base64url.</param>
    /// <param name="expiresAt">The time at which the token expires.</param>
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
            // The payload is not JSON, or a string has half a surrogate pair.
            return null;
        }
    }

    private static string? SubjectOf(JsonElement claims)
    {
        var subject = TextOf(claims, "sub") ?? TextOf(claims, "user_id");
        return subject is { Length: <= LongestSubject } && !subject.Any(char.IsControl) ? subject : null;
    }

    /// <summary>A string, or a number, because the platform's own ids are numbers; null for anything else.</summary>
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

    /// <summary>Reads a list of strings, or one string; the result is null if the claim is absent.</summary>
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
