namespace DeltaStream.Node.Settings.Reading;

/// <summary>A setting has a value that is not allowed. Its message is the one line that an operator needs.</summary>
internal sealed class SettingException : Exception
{
    /// <summary>Names the setting, its value and what is allowed.</summary>
    /// <param name="name">The variable, or the HOCON path where there is no variable.</param>
    /// <param name="value">The value as it may be shown: secrets masked.</param>
    /// <param name="allowed">What is allowed, to be read after a colon.</param>
    public SettingException(string name, string value, string allowed)
        : base($"{name}={(IsContent(value) ? "***" : OneLine(value))} is not allowed: {allowed}")
    {
        Name = name;
    }

    /// <summary>The variable, or the HOCON path where there is no variable.</summary>
    public string Name { get; }

    /// <summary>
    /// Whether a value is what stands in a file rather than where that is: a key or a JWKS that somebody put into the variable.
    /// No name of ours has such characters, and what it holds may be secret.
    /// </summary>
    internal static bool IsContent(string value) => value.Contains("-----", StringComparison.Ordinal) || value.Contains('{');

    private static string OneLine(string value) =>
        string.Concat(value.Select(c => char.IsControl(c) ? '?' : c));
}
