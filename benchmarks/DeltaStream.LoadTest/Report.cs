using System.Globalization;

namespace DeltaStream.LoadTest;

/// <summary>Prints each row at once, and at the end the median of each server and its ratio to each other server.</summary>
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

    public double Median(string server) => _figures[server].Order().ElementAt(_figures[server].Count / 2);

    /// <summary>The median, over all rounds, of the ratio of one server to another. A disturbance of a round affects both servers.</summary>
    public double Ratio(string server, string other) =>
        _figures[server].Zip(_figures[other], (one, two) => one / two).Order().ElementAt(_figures[server].Count / 2);

    public void Medians()
    {
        foreach (var server in _figures.Keys)
        {
            var ratios = _figures.Keys.Where(other => other != server)
                .Select(other => string.Create(CultureInfo.InvariantCulture, $"{Ratio(server, other):F2} × {other}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{server}: median {Median(server):F2} {unit}; {string.Join(", ", ratios)}"));
        }
    }
}
