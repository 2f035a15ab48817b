using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>
/// A real option chain (NIFTY, 28 March 2022, 233 quotes, 54 KB) that moves as docs/benchmarks.md says ("How quotes move"). All
/// figures of bytes are taken on it.
/// </summary>
internal sealed class MovingChain
{
    private const int TicksPerSpot = 10;
    private const double MostSpot = 30;

    private readonly Random _random;
    private readonly double _probability;
    private readonly List<(string Name, string Value)> _members = [];
    private readonly Dictionary<string, List<List<(string Name, string Value)>>> _sides = [];
    private DateTime _time = new(2022, 3, 28, 10, 47, 19, DateTimeKind.Unspecified);
    private int _ticks;

    /// <param name="probability">The probability with which a quote moves at a tick.</param>
    /// <param name="seed">The seed.</param>
    public MovingChain(double probability, int seed)
    {
        (_probability, _random) = (probability, new(seed));
        using var document = JsonDocument.Parse(ChainSamples.Nifty);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is "calls" or "puts") _sides[member.Name] = [.. member.Value.EnumerateArray().Select(row => row.EnumerateObject().Select(it => (it.Name, it.Value.GetRawText())).ToList())];
            else _members.Add((member.Name, member.Value.GetRawText()));
        }
    }

    /// <summary>The document without spaces.</summary>
    public byte[] Text()
    {
        var text = new StringBuilder("{");
        foreach (var (name, value) in _members) text.Append('"').Append(name).Append("\":").Append(value).Append(',');
        text.AppendJoin(',', _sides.Select(side => $"\"{side.Key}\":[{string.Join(',', side.Value.Select(Row))}]"));
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());

        static string Row(List<(string Name, string Value)> row) => $"{{{string.Join(',', row.Select(it => $"\"{it.Name}\":{it.Value}"))}}}";
    }

    /// <summary>One tick.</summary>
    public void Move()
    {
        _time = _time.AddMilliseconds(200);
        Set(_members, "timestamp", $"\"{_time.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture)}\"");
        if (++_ticks % TicksPerSpot == 0) Set(_members, "spot_price", Text(Number(_members, "spot_price") + (_random.NextDouble() * 2 - 1) * MostSpot, 2));
        foreach (var row in _sides.Values.SelectMany(it => it))
        {
            if (_random.NextDouble() < _probability) MoveQuote(row);
        }
    }

    private static double Number(List<(string Name, string Value)> members, string name) =>
        double.Parse(members.Find(it => it.Name == name).Value, CultureInfo.InvariantCulture);

    private static void Set(List<(string Name, string Value)> members, string name, string value) => members[members.FindIndex(it => it.Name == name)] = (name, value);

    private static string Text(double number, int digits) => Math.Round(number, digits).ToString(CultureInfo.InvariantCulture);

    private void MoveQuote(List<(string Name, string Value)> row)
    {
        var factor = Factor();
        foreach (var name in (string[])["last", "bid", "ask"]) Set(row, name, Text(Number(row, name) * factor, 2));
        if (_random.NextDouble() < 0.5) Set(row, "volume", Text(Number(row, "volume") + 75, 0));
        if (_random.NextDouble() < 0.5) Set(row, "iv", Text(Number(row, "iv") * Factor(), 4));
        if (_random.NextDouble() < 0.3) Set(row, "open_interest", Text(Number(row, "open_interest") + 25, 0));
    }

    private double Factor() => 1 + (_random.NextDouble() * 2 - 1) * 0.005;
}

/// <summary>Chains as they were really published.</summary>
internal static class ChainSamples
{
    /// <summary>The exchange's option chain of NIFTY, in the platform's shape.</summary>
    public static byte[] Nifty { get; } = Read("nifty-chain-2022-03-28.json");

    /// <summary>Eight chains in a row, as the platform's own feed published them: every quote changes at every tick.</summary>
    public static IReadOnlyList<byte[]> Recorded { get; } =
        [.. Encoding.UTF8.GetString(Read("recorded-chains.ndjson")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];

    private static byte[] Read(string name)
    {
        using var stream = typeof(ChainSamples).Assembly.GetManifestResourceStream(name)!;
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
