using System.Reflection;

namespace DeltaStream.Node.Hosting;

/// <summary>The version of the program, and the commit that it was built from.</summary>
/// <param name="Version">The version, such as <c>0.1.0</c>.</param>
/// <param name="Commit">The commit's id; <c>unknown</c> if the build did not know it.</param>
internal sealed record BuildInfo(string Version, string Commit)
{
    /// <summary>That of this program.</summary>
    public static readonly BuildInfo Current = Parse(typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");

    /// <summary>Reads <c>version+commit</c>, as the SDK writes it.</summary>
    internal static BuildInfo Parse(string text)
    {
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        var (version, commit) = plus < 0 ? (text, "") : (text[..plus], text[(plus + 1)..]);
        return new(version.Length == 0 ? "unknown" : version, commit.Length == 0 ? "unknown" : commit);
    }
}
