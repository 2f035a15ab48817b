using System.Text.Json;

namespace DeltaStream.Node.Admission;

/// <summary>Where a client's token may stand before it has a connection of its own; never in the address, which ends up in logs.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    // As any token whose value is no text: there is one, and it is not good.
    private const string NotText = "?";

    /// <summary>The token of the request's <c>Authorization</c> header (RFC 6750, section 2.1); null for none.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } text || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        return text[Scheme.Length..].Trim();
    }

    /// <summary>The field <c>token</c> of a JSON object; null where it has none, or is none.</summary>
    public static string? Of(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty) return null;
        string? token = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isToken = reader.ValueTextEquals("token"u8);
                reader.Read();
                if (isToken) token = TextOf(ref reader);
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, nested beyond all reason, or half a surrogate pair.
            return NotText;
        }

        return token;
    }

    private static string? TextOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Null => null,
        _ => NotText,
    };
}
