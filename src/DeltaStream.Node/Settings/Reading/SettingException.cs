namespace DeltaStream.Node.Settings.Reading;

/// <summary>A setting has a value that is not allowed. The message is the one line that an operator needs.</summary>
internal sealed class SettingException : Exception
{
    /// <summary>Names the setting, its value and the allowed values.</summary>
    /// <param name="name">The variable, or the HOCON path if there is no variable.</param>
    /// <param name="value">The value in a form for logs: secrets are masked.</param>
    /// <param name="allowed">The allowed values, as the text after a colon.</param>
    public SettingException(string name, string value, string allowed)
        : base($"{name}={(IsContent(value) ? "***" : OneLine(value))} is not allowed: {allowed}")
    {
        Name = name;
    }

    /// <summary>The variable, or the HOCON path if there is no variable.</summary>
    public string Name { get; }

    /// <summary>
    /// Whether a value is the content of a file instead of its name: an operator may put a key or a JWKS into the variable. File
    /// names do not have these characters, and the content may be secret.
    /// </summary>
    internal static bool IsContent(string value) => value.Contains("-----", StringComparison.Ordinal) || value.Contains('{');

    private static string OneLine(string value) =>
        string.Concat(value.Select(c => char.IsControl(c) ? '?' : c));
}
