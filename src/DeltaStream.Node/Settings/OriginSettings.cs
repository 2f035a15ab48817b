using DeltaStream.Node.Admission;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>Reads the allowed origins, for CORS and for WebSocket handshakes.</summary>
internal static class OriginSettings
{
    private const string Path = "deltastream.http.cors-origins";

    /// <summary>Reads and checks the setting.</summary>
    /// <exception cref="SettingException">A value is not an origin.</exception>
    public static OriginPolicy Read(SettingReader reader, bool isDevelopment)
    {
        if (reader.Text(Path) == "auto") return isDevelopment ? OriginPolicy.Any : OriginPolicy.Only([]);
        var origins = reader.List(Path);
        if (origins.Contains("*")) return OriginPolicy.Any;
        if (origins.Any(origin => !IsOrigin(origin)))
            throw reader.Wrong(Path, "*, or comma-separated origins such as https://desk.example.com, without a path");
        return OriginPolicy.Only(origins);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);
}
