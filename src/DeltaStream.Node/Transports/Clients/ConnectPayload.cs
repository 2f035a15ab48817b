using System.Text.Json;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>What a client says in its CONNECT.</summary>
internal static class ConnectPayload
{
    /// <summary>The <c>pid</c> of the session that the client wants back; null where it names none.</summary>
    /// <param name="payload">A JSON object; empty where none came.</param>
    public static string? PidOf(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return null;
        var json = new Utf8JsonReader(payload);
        string? pid = null;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            // A name with escapes is none of ours, and half of a surrogate pair in one could not be compared.
            var isPid = !json.ValueIsEscaped && json.ValueTextEquals("pid"u8);
            json.Read();
            if (isPid) pid = json.TokenType == JsonTokenType.String && json.ValueSpan.Length <= 64 && !json.ValueIsEscaped ? json.GetString() : null;
            else json.Skip();
        }

        return pid;
    }
}
