using System.Globalization;

namespace DeltaStream.LoadTest;

/// <summary>Prints rows as they come, and at the end each server's median and its ratio to the last server.</summary>
internal sealed class Report(string unit, params string[] columns)
{
    private readonly Dictionary<string, List<double>> _figures = [];

    public void Header()
    {
        Console.WriteLine($"| server | round | {unit} | {string.Join(" | ", columns)} |");
        Console.WriteLine(string.Concat(Enumerable.Repeat("| --- ", columns.Length + 3)) + "|");
    }

    public void Row(string server, int round, double figure, params object[] cells)
    {
        if (!_figures.TryGetValue(server, out var figures)) _figures[server] = figures = [];
        figures.Add(figure);
        var texts = cells.Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell:0.##}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {server} | {round} | {figure:F2} | {string.Join(" | ", texts)} |"));
    }

    public void Medians()
    {
        var medians = _figures.ToDictionary(pair => pair.Key, pair => pair.Value.Order().ElementAt(pair.Value.Count / 2));
        var (yardstick, floor) = medians.Last();
        foreach (var (server, median) in medians)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{server}: median {median:F2} {unit}, {median / floor:F2} × {yardstick}"));
    }
}
