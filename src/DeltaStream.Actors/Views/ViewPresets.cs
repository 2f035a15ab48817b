using System.Text;
using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Views;

/// <summary>The columns of a view: named one by one, or by a preset.</summary>
internal static class ViewPresets
{
    /// <summary>The presets' names, for a message.</summary>
    public const string Names = "\"ltp\", \"quote\" or \"greeks\"";

    private const int MostNameBytes = 64;

    private static readonly Dictionary<string, string[]> All = new()
    {
        ["ltp"] = ["last"],
        ["quote"] = ["bid", "ask", "last", "volume", "open_interest"],
        ["greeks"] = ["last", "iv", "delta", "gamma", "theta", "vega"],
    };

    /// <summary>The fields that a preset stands for; null for an unknown preset.</summary>
    public static string[]? Find(string? preset) => preset is null ? null : All.GetValueOrDefault(preset);

    /// <summary>Reads an array of names; null if it is not valid.</summary>
    /// <param name="json">A valid JSON value.</param>
    /// <param name="most">The greatest number of names.</param>
    /// <param name="why">What the array must be.</param>
    public static string[]? ReadFields(ReadOnlySpan<byte> json, int most, out string? why)
    {
        why = $"must be an array of 1 to {most} names";
        var reader = new Utf8JsonReader(json, JsonFields.AnyDepth);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) return null;
        var names = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (names.Count == most || reader.TokenType != JsonTokenType.String) return null;
            if (JsonFields.TextOf(ref reader) is not { } name || Encoding.UTF8.GetByteCount(name) > MostNameBytes) why = $"must be names of at most {MostNameBytes} bytes";
            else if (name == "strike") why = "must not name strike, which is always there";
            else if (names.Contains(name)) why = "must be different names";
            else
            {
                names.Add(name);
                continue;
            }

            return null;
        }

        return names.Count > 0 ? [.. names] : null;
    }
}
