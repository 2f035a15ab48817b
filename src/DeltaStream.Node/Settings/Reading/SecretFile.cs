namespace DeltaStream.Node.Settings.Reading;

/// <summary>
/// Settings that can come from a file, as Docker and Kubernetes mount secrets: the variable's name with <c>_FILE</c> names the file.
/// </summary>
internal static class SecretFile
{
    private const string Suffix = "_FILE";

    /// <summary>The variables with a form for files.</summary>
    public static readonly IReadOnlyList<string> Variables = ["REDIS_URL", "AUTH_JWT_SECRET", "AUTH_JWT_SECRET_PREVIOUS"];

    /// <summary>The variable that names the file.</summary>
    public static string NameOf(string variable) => variable + Suffix;

    /// <summary>The value of a variable: its own, or the content of its file; null if neither is set.</summary>
    /// <exception cref="SettingException">Both are set, or the file can't be read or is empty.</exception>
    public static string? Read(IConfiguration configuration, string variable)
    {
        var value = configuration[variable] is { Length: > 0 } text ? text : null;
        if (!Variables.Contains(variable) || configuration[NameOf(variable)] is not { Length: > 0 } path) return value;
        if (value is not null) throw Wrong(variable, path, $"only one of {variable} and {NameOf(variable)} may be set");
        try
        {
            // An editor or echo ends the file with a line break, which is not part of the secret.
            var content = File.ReadAllText(path).Trim();
            return content.Length > 0 ? content : throw Wrong(variable, path, "a file that is not empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Wrong(variable, path, $"a file that this process can read ({e.GetType().Name})");
        }
    }

    private static SettingException Wrong(string variable, string path, string allowed) =>
        new(NameOf(variable), IsPath(path) ? path : "***", allowed);

    /// <summary>Whether the text is shown in errors. It is not if it may be the secret itself, put into the variable by mistake.</summary>
    private static bool IsPath(string text)
    {
        if (!Path.IsPathRooted(text)) return false;
        for (var folder = Path.GetDirectoryName(text); !string.IsNullOrEmpty(folder) && folder != Path.GetPathRoot(text); folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(folder)) return true;
        return false;
    }
}
