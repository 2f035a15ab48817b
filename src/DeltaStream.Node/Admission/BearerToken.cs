using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Admission;

/// <summary>Finds a client's token in a header or a message. A token in the URL is ignored, because URLs end up in logs.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    // Stands for a token that is not a string: the client sent a token, but it is not valid.
    private const string NotText = "?";

    /// <summary>The token in the request's <c>Authorization</c> header (RFC 6750, section 2.1); null if there is none.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } text || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        return WithoutScheme(text);
    }

    /// <summary>
    /// The field <c>token</c> of a JSON object, with or without <c>Bearer</c> before it; null if the field is absent or the JSON is not
    /// an object.
    /// </summary>
    public static string? Of(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty) return null;
        string? token = null;
        var fields = new JsonFields(json);
        try
        {
            while (fields.Read())
            {
                if (fields.Is("token"u8)) token = fields.Type == JsonTokenType.Null ? null : fields.GetText() ?? NotText;
            }
        }
        catch (JsonException)
        {
            return NotText;
        }
        return token is null ? null : WithoutScheme(token);
    }

    /// <summary>The token itself. Many clients put the whole value of the header into the payload.</summary>
    private static string WithoutScheme(string text)
    {
        text = text.Trim();
        return text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..].Trim() : text;
    }
}
