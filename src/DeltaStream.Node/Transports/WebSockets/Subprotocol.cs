using Microsoft.Extensions.Primitives;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>
/// The subprotocol of a WebSocket (RFC 6455, section 1.9). A browser fails a handshake whose response names none of those that the
/// page offered, so the server always chooses one.
/// </summary>
internal static class Subprotocol
{
    private const string Separators = "()<>@,;:\\\"/[]?={} \t";

    /// <summary>Chooses the first known name that the client offers, else the first name that it offers.</summary>
    /// <param name="header">The values of <c>Sec-WebSocket-Protocol</c>.</param>
    /// <param name="known">The names that the server knows, the best first.</param>
    /// <returns>Null if the client offers none, or something that is not a list of names.</returns>
    public static string? Choose(StringValues header, params ReadOnlySpan<string> known)
    {
        if (header.Count == 0) return null;
        var offered = header.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).ToArray();
        // The response repeats the name, so it must be a valid one.
        if (!offered.All(IsToken)) return null;
        foreach (var name in known)
            if (offered.Contains(name, StringComparer.Ordinal)) return name;
        return offered[0];
    }

    private static bool IsToken(string text) => text.Length > 0 && text.All(c => c is > ' ' and <= '~' && !Separators.Contains(c));
}
