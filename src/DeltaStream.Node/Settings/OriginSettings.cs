namespace DeltaStream.Node.Settings;

/// <summary>Which origins are let in, for CORS and for WebSocket handshakes.</summary>
/// <param name="Any">All of them.</param>
/// <param name="Allowed">These, beside the node's own.</param>
public sealed record OriginSettings(bool Any, IReadOnlyList<string> Allowed)
{
    private const string Path = "deltastream.http.cors-origins";

    /// <summary>Reads and checks the setting.</summary>
    /// <exception cref="SettingException">A value is no origin.</exception>
    public static OriginSettings Read(SettingReader reader, bool isDevelopment)
    {
        if (reader.Text(Path) == "auto") return new OriginSettings(isDevelopment, []);
        var origins = reader.List(Path);
        if (origins.Contains("*")) return new OriginSettings(true, []);
        if (origins.Any(origin => !IsOrigin(origin)))
            throw reader.Wrong(Path, "*, or comma-separated origins such as https://desk.example.com, without a path");
        return new OriginSettings(false, origins);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);
}
