using System.Globalization;
using Akka.Configuration;

namespace DeltaStream.Node.Settings.Reading;

/// <summary>Reads settings one by one. A value that is not allowed throws an exception with the line for the operator.</summary>
/// <param name="config">The effective settings.</param>
internal sealed class SettingReader(Config config)
{
    /// <summary>The setting's text, trimmed.</summary>
    public string Text(string path) => config.GetString(path)?.Trim() ?? "";

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>, both included.</summary>
    public int Number(string path, int min, int max) =>
        int.TryParse(Text(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong(path, $"a whole number from {min} to {max}");

    /// <summary>
    /// A time with its unit, for example <c>250ms</c>, from <paramref name="min"/> to <paramref name="max"/>, both included.
    /// </summary>
    public TimeSpan Duration(string path, TimeSpan min, TimeSpan max)
    {
        var text = Text(path);
        var unit = text.EndsWith("ms", StringComparison.Ordinal) ? "ms" : text.EndsWith('s') ? "s" : text.EndsWith('m') ? "m" : null;
        if (unit is not null
            && double.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number < int.MaxValue)
        {
            var time = TimeSpan.FromMilliseconds(number * (unit switch { "ms" => 1, "s" => 1000, _ => 60_000 }));
            if (time >= min && time <= max) return time;
        }

        throw Wrong(path, $"a time with its unit (ms, s, m) from {Words(min)} to {Words(max)}");
    }

    /// <summary>One of these words; returns the setting's.</summary>
    public string OneOf(string path, params string[] words) =>
        Array.Find(words, word => word.Equals(Text(path), StringComparison.OrdinalIgnoreCase))
        ?? throw Wrong(path, "one of " + string.Join(", ", words));

    public bool Switch(string path) => OneOf(path, "true", "false", "on", "off") is "true" or "on";

    /// <summary>The parts of a comma-separated list, trimmed, without empty parts.</summary>
    public IReadOnlyList<string> List(string path) =>
        Text(path).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The exception for a wrong value that is not secret.</summary>
    public SettingException Wrong(string path, string allowed) => new(SettingVariable.NameOf(path), Text(path), allowed);

    private static string Words(TimeSpan time) =>
        time.TotalSeconds >= 1 ? $"{time.TotalSeconds:0.###}s" : $"{time.TotalMilliseconds:0.###}ms";
}
