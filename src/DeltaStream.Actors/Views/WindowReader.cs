using System.Globalization;
using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Views;

/// <summary>Reads the <c>window</c> of a view.</summary>
internal static class WindowReader
{
    /// <summary>The greatest number of strikes on one side of the centre, and in a list.</summary>
    public const int MostStrikes = 50;

    /// <summary>Reads the value of <c>strikes</c>; null if it is not valid.</summary>
    public static ViewWindow? ReadStrikes(ReadOnlySpan<byte> json) => CountOf(json) is >= 1 and { } count ? new ViewWindow.Atm(count, count) : null;

    /// <summary>Reads a window; null if it is not valid.</summary>
    /// <param name="json">A valid JSON value.</param>
    /// <param name="why">What the window must be.</param>
    public static ViewWindow? Read(ReadOnlySpan<byte> json, out string? why)
    {
        why = "must be an object with exactly one of atm, percent, between and list";
        var fields = new JsonFields(json, int.MaxValue);
        var kind = "";
        ReadOnlySpan<byte> value = default;
        while (fields.Read())
        {
            var name = fields.GetNameText() ?? "?";
            if (kind.Length > 0 && kind != name) return null;
            kind = name;
            value = json[fields.Value];
        }

        switch (kind)
        {
            case "atm":
                why = $"must have an integer from 1 to {MostStrikes} as atm, or a pair of integers from 0 to {MostStrikes} that are not both 0";
                return ReadStrikes(value) ?? ReadPair(value);
            case "percent":
                why = "must have a number over 0 and at most 100 as percent";
                return NumberOf(value) is > 0 and <= 100 and var percent ? new ViewWindow.Percent(percent) : null;
            case "between":
                why = "must have a pair of numbers, the lower one first, as between";
                return ReadNumbers(value, 2) is [var low, var high] && low <= high ? new ViewWindow.Between(low, high) : null;
            case "list":
                why = $"must have an array of 1 to {MostStrikes} strikes as list";
                return ReadNumbers(value, MostStrikes) is { Count: > 0 } strikes ? new ViewWindow.Listed([.. strikes.Distinct().Order()]) : null;
            default:
                return null;
        }
    }

    /// <summary>A number's value as a double; NaN if the text is no number.</summary>
    public static double NumberOf(ReadOnlySpan<byte> json) =>
        json[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9') && double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number + 0.0
            : double.NaN;

    private static ViewWindow? ReadPair(ReadOnlySpan<byte> json)
    {
        if (ReadNumbers(json, 2) is not [var below, var above] || !IsCount(below) || !IsCount(above) || below + above == 0) return null;
        return new ViewWindow.Atm((int)below, (int)above);
    }

    private static int? CountOf(ReadOnlySpan<byte> json) => NumberOf(json) is var number && IsCount(number) ? (int)number : null;

    private static bool IsCount(double number) => number is >= 0 and <= MostStrikes && number == Math.Floor(number);

    /// <summary>Reads an array of finite numbers; null if it is none, or if it is longer than <paramref name="most"/>.</summary>
    private static List<double>? ReadNumbers(ReadOnlySpan<byte> json, int most)
    {
        var reader = new Utf8JsonReader(json, JsonFields.AnyDepth);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) return null;
        var numbers = new List<double>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == most || reader.TokenType != JsonTokenType.Number) return null;
            var number = NumberOf(reader.ValueSpan);
            if (!double.IsFinite(number)) return null;
            numbers.Add(number);
        }

        return numbers;
    }
}
