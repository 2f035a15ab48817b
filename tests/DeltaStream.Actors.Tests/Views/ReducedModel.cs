using System.Text.Json;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>
/// What a view leaves of a document, written from the contract and independent of the gateway's code: slow, and with JSON elements. A
/// value is compared by its text, objects whatever their order.
/// </summary>
internal static class ReducedModel
{
    /// <summary>The reduced document in one form.</summary>
    public static string Of(JsonElement document, ViewShape shape, double? centre)
    {
        var window = shape.Window is null ? null : WindowOf(shape.Window, Grid(document), centre);
        var members = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in MembersOf(document))
        {
            if (name == "calls" || name == "puts")
            {
                if (shape.Sides == (name == "calls" ? ViewSides.Puts : ViewSides.Calls)) continue;
                members[name] = value.ValueKind == JsonValueKind.Array
                    ? $"[{string.Join(',', value.EnumerateArray().Select(it => RowOf(it, shape, window)).Where(it => it is not null))}]"
                    : Canon(value);
            }
            else if (name == "strikes" && value.ValueKind == JsonValueKind.Array && shape.Reduces)
            {
                members[name] = $"[{string.Join(',', value.EnumerateArray().Where(it => it.ValueKind == JsonValueKind.Number && (window is null || window(Number(it)))).Select(Canon))}]";
            }
            else
            {
                members[name] = Canon(value);
            }
        }

        return Join(members);
    }

    /// <summary>True if the chain has deltas.</summary>
    public static bool IsOrdered(JsonElement document) => ((string[])["calls", "puts"]).All(name =>
    {
        if (!document.TryGetProperty(name, out var side) || side.ValueKind != JsonValueKind.Array) return false;
        var strikes = side.EnumerateArray().Select(StrikeOf).ToArray();
        return strikes.All(it => it is not null) && strikes.Zip(strikes.Skip(1)).All(it => it.First < it.Second);
    });

    /// <summary>All strikes, ascending.</summary>
    public static double[] Grid(JsonElement document) =>
    [
        .. ((string[])["calls", "puts"]).Where(name => document.TryGetProperty(name, out var side) && side.ValueKind == JsonValueKind.Array)
            .SelectMany(name => document.GetProperty(name).EnumerateArray().Select(StrikeOf)).Where(it => it is not null).Select(it => it!.Value).Distinct().Order(),
    ];

    public static double? Spot(JsonElement document)
    {
        if (!document.TryGetProperty("spot_price", out var spot)) return null;
        if (spot.ValueKind == JsonValueKind.Number) return Number(spot);
        return spot.ValueKind == JsonValueKind.String && double.TryParse(spot.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The last of each member, by its name.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> MembersOf(JsonElement @object) =>
        @object.EnumerateObject().GroupBy(it => it.Name).Select(it => (it.Key, it.Last().Value));

    /// <summary>A value's text without white space, members in the order of their names.</summary>
    public static string Canon(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Join(MembersOf(value).ToDictionary(it => it.Name, it => Canon(it.Value))),
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Canon))}]",
        _ => value.GetRawText(),
    };

    public static string Join(IEnumerable<KeyValuePair<string, string>> members) =>
        $"{{{string.Join(',', members.OrderBy(it => it.Key, StringComparer.Ordinal).Select(it => $"{it.Key}:{it.Value}"))}}}";

    public static double? StrikeOf(JsonElement row) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty("strike", out var strike) && strike.ValueKind == JsonValueKind.Number ? Number(strike) : null;

    public static double Number(JsonElement number) => double.Parse(number.GetRawText(), System.Globalization.CultureInfo.InvariantCulture);

    private static string? RowOf(JsonElement row, ViewShape shape, Func<double, bool>? window)
    {
        if (row.ValueKind != JsonValueKind.Object) return Canon(row);
        var strike = StrikeOf(row);
        if (window is not null && (strike is null || !window(strike.Value))) return null;
        if (shape.Fields is null) return Canon(row);
        var values = MembersOf(row).ToDictionary(it => it.Name, it => Canon(it.Value));
        if (strike is null) values.Remove("strike");
        if (!shape.IsCompact) return Join(values.Where(it => it.Key == "strike" || shape.Fields.Contains(it.Key)));
        return $"[{string.Join(',', shape.Fields.Prepend("strike").Select(it => values.GetValueOrDefault(it, "null")))}]";
    }

    private static Func<double, bool> WindowOf(ViewWindow window, double[] grid, double? centre)
    {
        switch (window)
        {
            case ViewWindow.Between between: return strike => strike >= between.Low && strike <= between.High;
            case ViewWindow.Listed listed: return listed.Strikes.Contains;
            case ViewWindow.Percent percent: return strike => centre is { } it && strike >= it - Math.Abs(it) * percent.Most / 100 && strike <= it + Math.Abs(it) * percent.Most / 100;
            case ViewWindow.Atm atm:
                var at = centre is { } middle ? Array.IndexOf(grid, middle) : -1;
                return strike => at >= 0 && strike >= grid[Math.Max(0, at - atm.Below)] && strike <= grid[Math.Min(grid.Length - 1, at + atm.Above)];
            default: throw new ArgumentException($"unknown window {window}", nameof(window));
        }
    }
}

/// <summary>The centre by the contract's words.</summary>
internal sealed class CentreModel
{
    private double? _spot;
    private bool _isBySpot;

    public double? Centre { get; private set; }

    public void Move(JsonElement document)
    {
        var grid = ReducedModel.Grid(document);
        _spot = ReducedModel.Spot(document) ?? _spot;
        if (grid.Length == 0) Centre = null;
        else if (_spot is null) Centre = grid[(grid.Length - 1) / 2];
        else if (!_isBySpot || Centre is null || !grid.Contains(Centre.Value) || IsPast(grid, Centre.Value, _spot.Value))
        {
            Centre = Nearest(grid, _spot.Value);
            _isBySpot = true;
        }
    }

    /// <summary>Of the strikes on one side the nearest is the last one before the spot: their distances to a large number can be equal as doubles.</summary>
    private static double Nearest(double[] grid, double spot)
    {
        double[] near = [.. grid.Where(it => it <= spot).Order().TakeLast(1), .. grid.Where(it => it > spot).Order().Take(1)];
        return near.OrderBy(it => Math.Abs(it - spot)).ThenBy(it => it).First();
    }

    private static bool IsPast(double[] grid, double centre, double spot)
    {
        var beyond = grid.Where(it => spot > centre ? it > centre : it < centre).OrderBy(it => Math.Abs(it - centre)).Take(1).ToArray();
        return beyond is [var next] && Math.Abs(spot - centre) > Math.Abs(next - centre) * 0.75;
    }
}
