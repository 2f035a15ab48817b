using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>Reads the path prefix that a proxy in front of the node does not strip.</summary>
internal static class PathBase
{
    private const string Path = "deltastream.http.path-base";

    /// <summary>The prefix without a slash at its end, such as <c>/gateway</c>; empty for none.</summary>
    /// <exception cref="SettingException">The value is not a path.</exception>
    public static string Read(SettingReader reader)
    {
        var text = reader.Text(Path).TrimEnd('/');
        return text.Length == 0 || (text[0] == '/' && text[1..].Split('/').All(IsSegment))
            ? text
            : throw reader.Wrong(Path, "a path that begins with a slash, such as /gateway, of letters, digits, '-', '_', '.', '~'");
    }

    private static bool IsSegment(string text) =>
        text.Length > 0 && text is not ("." or "..") && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~');
}
