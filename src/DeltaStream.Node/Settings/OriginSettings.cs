using DeltaStream.Node.Admission;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>Reads the allowed origins, for CORS and for WebSocket handshakes.</summary>
internal static class OriginSettings
{
    /// <summary>The description of the allowed values, for error messages.</summary>
    public const string Allowed = "*, or comma-separated origins without a path: https://desk.example.com, https://*.example.com, capacitor://localhost, null";

    private const string Path = "deltastream.http.cors-origins";

    /// <summary>Reads and checks the setting.</summary>
    /// <exception cref="SettingException">A value is not an origin.</exception>
    public static OriginPolicy Read(SettingReader reader, bool isDevelopment)
    {
        var origins = reader.Text(Path) == "auto" ? isDevelopment ? ["*"] : [] : reader.List(Path);
        return origins.Contains("*") ? OriginPolicy.Any : OriginPolicy.TryParse(origins) ?? throw reader.Wrong(Path, Allowed);
    }
}
