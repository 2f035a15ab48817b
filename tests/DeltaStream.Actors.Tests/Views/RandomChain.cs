using System.Text;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>A chain that changes at random, as text: everything that a producer may publish, and what it should not.</summary>
internal sealed class RandomChain
{
    // Strikes as they may be written, by value.
    private static readonly string[][] Strikes =
    [
        ["0", "-0.0", "0e5"], ["1e-05", "0.00001"], ["20500", "20500.0"], ["21000.0", "21000", "2.1e4"], ["21500", "2150e1"],
        ["22000.50"], ["9007199254740993", "9007199254740992"], ["-100"],
    ];

    private static readonly string[] Values =
    [
        "1", "2", "null", "21000.0", "1e-05", "9007199254740993", "\"a\"", "\"a\\u0062\"", "true", "{\"x\":1, \"y\":[1, 2]}", "[]", "-0", "\"\\ud800\"", "1E400",
    ];

    private static readonly string[] Fields = ["bid", "ask", "last", "b\\u0069d", "__proto__"];
    private static readonly string[] Members = ["timestamp", "note", "n\\u006fte", "__proto__", "pcr_oi"];

    private static readonly string[] Spots =
    [
        "21000", "20700", "20800", "20900.5", "21100", "21200", "21300", "21400", "21600", "0", "-3", "9e15", "\"21250\"", "null", "\"soon\"", "\"\"",
    ];

    private static readonly string[] OtherSides = ["null", "{}", "5", "[5]", "[null, {}]", "[[1, 2]]", "\"none\""];

    private readonly List<(string Name, string Value)> _members = [];
    private readonly List<List<(string Name, string Value)>> _calls = [];
    private readonly List<List<(string Name, string Value)>> _puts = [];
    private string? _otherCalls;
    private bool _hasPuts = true;

    public RandomChain(Random random)
    {
        _members.Add(("spot_price", Pick(random, Spots)));
        _members.Add(("timestamp", "0"));
        foreach (var side in (List<List<(string, string)>>[])[_calls, _puts])
        {
            for (var i = 0; i < Strikes.Length; i++)
            {
                if (random.Next(3) > 0) side.Add(Row(random, i));
            }
        }

        Sort();
    }

    /// <summary>Makes a few changes.</summary>
    public void Change(Random random)
    {
        // Most documents are ordered again.
        if (random.Next(3) > 0) Heal();
        for (var i = random.Next(4); i >= 0; i--) ChangeOnce(random);
    }

    /// <summary>The text, with white space here and there.</summary>
    public string Text(Random random)
    {
        var text = new StringBuilder("{");
        foreach (var (name, value) in _members) text.Append($"\"{name}\":{Space(random)}{value},{Space(random)}");
        text.Append($"\"calls\":{_otherCalls ?? Side(_calls)}");
        if (_hasPuts) text.Append($",\"p\\u0075ts\": {Side(_puts)}");
        return text.Append('}').ToString();

        string Side(List<List<(string Name, string Value)>> side) =>
            $"[{string.Join(',', side.Select(row => $"{{{string.Join(',', row.Select(it => $"{Space(random)}\"{it.Name}\":{Space(random)}{it.Value}"))}}}"))}]";
    }

    private static string Space(Random random) => random.Next(8) == 0 ? " " : "";

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private static List<(string Name, string Value)> Row(Random random, int strike)
    {
        var row = new List<(string, string)> { ("strike", Pick(random, Strikes[strike])) };
        for (var i = random.Next(4); i > 0; i--) row.Add((Pick(random, Fields), Pick(random, Values)));
        return row;
    }

    private static double StrikeOf(List<(string Name, string Value)> row) =>
        row.FindLast(it => it.Name == "strike").Value is { } text && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var strike) ? strike : double.NaN;

    private void ChangeOnce(Random random)
    {
        var side = random.Next(2) == 0 ? _calls : _puts;
        switch (random.Next(16))
        {
            case 0: ChangeMember(random, "spot_price", Pick(random, Spots)); break;
            case 1: ChangeMember(random, "timestamp", random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture)); break;
            case 2: ChangeMember(random, Pick(random, Members), Pick(random, Values)); break;
            case 3: ChangeMember(random, "strikes", random.Next(3) == 0 ? Pick(random, Values) : $"[{string.Join(", ", Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(6) == 0 ? Pick(random, Values) : Pick(random, Pick(random, Strikes))))}]"); break;
            case 4 when _members.Count > 0: _members.RemoveAt(random.Next(_members.Count)); break;
            case 5: Put(side, Row(random, random.Next(Strikes.Length))); break;
            case 6 when side.Count > 0: side.RemoveAt(random.Next(side.Count)); break;
            case 7 when side.Count > 0: Retype(random, Pick(random, side)); break;
            case 8 when side.Count > 0: Shrink(random, Pick(random, side)); break;
            case 9 when side.Count > 0 && random.Next(4) == 0: Spoil(random, side); break;
            case 10 when random.Next(8) == 0: _otherCalls = Pick(random, OtherSides); break;
            case 11 when random.Next(8) == 0: _hasPuts = false; break;
            case 12 when random.Next(8) == 0: side.Clear(); break;
            default:
                if (side.Count > 0) Set(Pick(random, side), Pick(random, Fields), Pick(random, Values));
                break;
        }
    }

    private void ChangeMember(Random random, string name, string value)
    {
        if (random.Next(6) == 0) _members.RemoveAll(it => it.Name == name);
        else Set(_members, name, value);
    }

    private static void Set(List<(string Name, string Value)> members, string name, string value)
    {
        var at = members.FindIndex(it => it.Name == name);
        if (at < 0) members.Add((name, value));
        else members[at] = (name, value);
    }

    private void Put(List<List<(string Name, string Value)>> side, List<(string Name, string Value)> row)
    {
        side.RemoveAll(it => StrikeOf(it) == StrikeOf(row));
        side.Add(row);
        Sort();
    }

    /// <summary>Writes a strike in another way.</summary>
    private static void Retype(Random random, List<(string Name, string Value)> row)
    {
        var strike = StrikeOf(row);
        if (Array.Find(Strikes, it => double.Parse(it[0], System.Globalization.CultureInfo.InvariantCulture) == strike) is { } texts) Set(row, "strike", Pick(random, texts));
    }

    /// <summary>Takes a field away, or moves it.</summary>
    private static void Shrink(Random random, List<(string Name, string Value)> row)
    {
        if (row.Count == 0) return;
        var at = random.Next(row.Count);
        var field = row[at];
        if (field.Name == "strike") return;
        row.RemoveAt(at);
        if (random.Next(3) == 0) row.Insert(0, field);
    }

    /// <summary>Makes rows that have no deltas.</summary>
    private static void Spoil(Random random, List<List<(string Name, string Value)>> side)
    {
        switch (random.Next(4))
        {
            case 0: side.Insert(0, [.. side[^1]]); break;
            case 1: side.Reverse(); break;
            case 2: Set(Pick(random, side), "strike", "\"21000\""); break;
            default: Pick(random, side).RemoveAll(it => it.Name == "strike"); break;
        }
    }

    private void Heal()
    {
        (_otherCalls, _hasPuts) = (null, true);
        Sort();
    }

    private void Sort()
    {
        foreach (var side in (List<List<(string, string)>>[])[_calls, _puts])
        {
            List<List<(string, string)>> sorted = [.. side.Where(it => !double.IsNaN(StrikeOf(it))).DistinctBy(StrikeOf).OrderBy(StrikeOf)];
            side.Clear();
            side.AddRange(sorted);
        }
    }
}
