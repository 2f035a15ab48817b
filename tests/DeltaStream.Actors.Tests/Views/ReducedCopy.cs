using System.Text.Json;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>A client's copy of a chain, made from nothing but the events that it is sent, as docs/stream.md tells clients to.</summary>
internal sealed class ReducedCopy
{
    private readonly Dictionary<string, string> _members = [];
    private readonly Dictionary<string, List<string>> _published = [];
    private readonly Dictionary<string, SortedDictionary<double, Dictionary<string, string>>> _sides = [];
    private string[]? _fields;

    /// <summary>The version; null before the first event, and in mode full.</summary>
    public string? Version { get; private set; }

    /// <summary>Takes an event.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Apply(string name, JsonElement data)
    {
        switch (name)
        {
            case "chain_update":
                _fields = null;
                Replace(data);
                return null;
            case "chain_snapshot":
                Version = data.GetProperty("version").GetString();
                _fields = data.TryGetProperty("fields", out var fields) ? [.. fields.EnumerateArray().Select(it => it.GetString()!)] : null;
                Replace(data.GetProperty("chain"));
                return null;
            case "chain_delta" when data.GetProperty("base").GetString() != Version:
                return $"a delta from {data.GetProperty("base")} to a client that has {Version}";
            case "chain_delta":
                Version = data.GetProperty("version").GetString();
                return Change(data);
            default:
                return $"an event {name}";
        }
    }

    /// <summary>The copy in the form of <see cref="ReducedModel.Of"/>.</summary>
    public override string ToString()
    {
        var members = new Dictionary<string, string>(_members);
        foreach (var (name, rows) in _published) members[name] = $"[{string.Join(',', rows)}]";
        foreach (var (name, rows) in _sides) members[name] = $"[{string.Join(',', rows.Values.Select(TextOf))}]";
        return ReducedModel.Join(members);
    }

    private string TextOf(Dictionary<string, string> row) => _fields is null ? ReducedModel.Join(row) : $"[{string.Join(',', _fields.Select(it => row[it]))}]";

    private void Replace(JsonElement chain)
    {
        _members.Clear();
        _published.Clear();
        _sides.Clear();
        foreach (var (name, value) in ReducedModel.MembersOf(chain))
        {
            if (name is not ("calls" or "puts") || value.ValueKind != JsonValueKind.Array)
            {
                _members[name] = ReducedModel.Canon(value);
                continue;
            }

            // Only an ordered chain has deltas. Another one is kept as it came.
            var rows = value.EnumerateArray().Select(it => (Strike: StrikeOf(it), Row: it)).ToArray();
            if (rows.Any(it => it.Strike is null || (_fields is not null && it.Row.GetArrayLength() != _fields.Length)) || rows.DistinctBy(it => it.Strike).Count() < rows.Length || !rows.Select(it => it.Strike).Order().SequenceEqual(rows.Select(it => it.Strike)))
            {
                _published[name] = [.. rows.Select(it => ReducedModel.Canon(it.Row))];
                continue;
            }

            _sides[name] = [];
            foreach (var (strike, row) in rows) _sides[name][strike!.Value] = Whole(row);
        }
    }

    private string? Change(JsonElement delta)
    {
        if (delta.TryGetProperty("unset", out var unset))
        {
            foreach (var name in unset.EnumerateArray())
            {
                if (!_members.Remove(name.GetString()!)) return $"{name} is unset, which the client does not have";
            }
        }

        if (delta.TryGetProperty("set", out var set))
        {
            foreach (var (name, value) in ReducedModel.MembersOf(set)) _members[name] = ReducedModel.Canon(value);
        }

        foreach (var name in (string[])["calls", "puts"])
        {
            if (delta.TryGetProperty(name, out var parts) && Change(_sides[name], parts) is { } wrong) return wrong;
        }

        return null;
    }

    private string? Change(SortedDictionary<double, Dictionary<string, string>> rows, JsonElement parts)
    {
        foreach (var row in ElementsOf(parts, "remove"))
        {
            if (!rows.Remove(ReducedModel.Number(row))) return $"{row} is removed, which the client does not have";
        }

        foreach (var row in ElementsOf(parts, "update"))
        {
            if (!rows.TryGetValue(StrikeOf(row)!.Value, out var mine)) return $"{row} is updated, which the client does not have";
            foreach (var (name, value) in Partial(row)) mine[name] = value;
        }

        foreach (var row in ElementsOf(parts, "add")) rows[StrikeOf(row)!.Value] = Whole(row);
        return null;
    }

    private static IEnumerable<JsonElement> ElementsOf(JsonElement parts, string name) => parts.TryGetProperty(name, out var elements) ? elements.EnumerateArray() : [];

    private double? StrikeOf(JsonElement row)
    {
        if (_fields is null) return ReducedModel.StrikeOf(row);
        return row.ValueKind == JsonValueKind.Array && row.GetArrayLength() > 0 && row[0].ValueKind == JsonValueKind.Number ? ReducedModel.Number(row[0]) : null;
    }

    private Dictionary<string, string> Whole(JsonElement row) => _fields is null
        ? ReducedModel.MembersOf(row).ToDictionary(it => it.Name, it => ReducedModel.Canon(it.Value))
        : _fields.Zip(row.EnumerateArray()).ToDictionary(it => it.First, it => ReducedModel.Canon(it.Second));

    private IEnumerable<(string Name, string Value)> Partial(JsonElement row)
    {
        if (_fields is null)
        {
            foreach (var (name, value) in ReducedModel.MembersOf(row)) yield return (name, ReducedModel.Canon(value));
            yield break;
        }

        var (mask, at) = (row[1].GetInt32(), 2);
        for (var i = 0; i + 1 < _fields.Length; i++)
        {
            if ((mask & (1 << i)) != 0) yield return (_fields[i + 1], ReducedModel.Canon(row[at++]));
        }
    }
}
