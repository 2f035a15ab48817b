using System.Text;
using DeltaStream.Node.Hosting;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Commands;

/// <summary>What one part of a check found.</summary>
/// <param name="Name">The part.</param>
/// <param name="Outcome">One of the outcomes below.</param>
/// <param name="Text">One line that says what was found, and what to do.</param>
internal sealed record CheckFinding(string Name, string Outcome, string Text)
{
    /// <summary>Nothing is to be done.</summary>
    public const string Ok = "ok";

    /// <summary>A node would start; something is to be done soon.</summary>
    public const string Warning = "warning";

    /// <summary>A node would not start, or would not work.</summary>
    public const string Failed = "failed";

    /// <summary>There was nothing to check.</summary>
    public const string Skipped = "skipped";
}

/// <summary>What <c>check</c> found.</summary>
/// <param name="Ok">Whether nothing failed.</param>
/// <param name="Version">The version of the program.</param>
/// <param name="Settings">The settings; empty if they can't be read.</param>
/// <param name="Findings">The findings.</param>
internal sealed record CheckReport(bool Ok, string Version, IReadOnlyList<EffectiveSetting> Settings, IReadOnlyList<CheckFinding> Findings)
{
    /// <summary>Makes the report of this program.</summary>
    public static CheckReport Of(IReadOnlyList<EffectiveSetting> settings, IReadOnlyList<CheckFinding> findings) =>
        new(findings.All(finding => finding.Outcome != CheckFinding.Failed), BuildInfo.Current.Version, settings, findings);

    /// <summary>The report for a terminal.</summary>
    /// <param name="all">Whether settings with their defaults are shown.</param>
    public string ToText(bool all)
    {
        var text = new StringBuilder($"DeltaStream.Akka {Version}\n\nsettings\n");
        var shown = Settings.Where(setting => all || setting.Source != SettingOrigins.Default).ToArray();
        var (names, values) = (WidthOf(shown, setting => setting.Name), WidthOf(shown, setting => setting.Value));
        foreach (var setting in shown) text.Append($"  {setting.Name.PadRight(names)}  {setting.Value.PadRight(values)}  {setting.Source}\n");
        var others = Settings.Count - shown.Length;
        if (others > 0) text.Append($"  {others} {(shown.Length > 0 ? "others" : "settings")} have their defaults; --all shows them\n");
        text.Append("\nchecks\n");
        var findings = WidthOf(Findings, finding => finding.Name);
        foreach (var finding in Findings) text.Append($"  {finding.Outcome,-7}  {finding.Name.PadRight(findings)}  {finding.Text}\n");
        return text.ToString().TrimEnd('\n');
    }

    private static int WidthOf<T>(IReadOnlyCollection<T> rows, Func<T, string> column) => rows.Count == 0 ? 0 : Math.Min(60, rows.Max(row => column(row).Length));
}
