using System.Text.Json.Nodes;

namespace DeltaStream.SampleClients;

/// <summary>What a client of a delta view holds of a chain; docs/stream.md explains it.</summary>
internal sealed class Held
{
    private Held(string version, string[]? fields, JsonObject chain) => (Version, Fields, Chain) = (version, fields, chain);

    /// <summary>The version of the document, for <c>have</c>.</summary>
    public string Version { get; private set; }

    /// <summary>The columns of a row in format compact; null in rows.</summary>
    public string[]? Fields { get; }

    public JsonObject Chain { get; }

    /// <summary>What to hold after a <c>chain_snapshot</c>.</summary>
    public static Held From(JsonObject snapshot) =>
        new((string)snapshot["version"]!, snapshot["fields"]?.AsArray().GetValues<string>().ToArray(), snapshot["chain"]!.DeepClone().AsObject());

    // begin: apply
    /// <summary>Applies a <c>chain_delta</c>; false if its base is not what is held: then subscribe again with <c>have</c>.</summary>
    public bool Apply(JsonObject delta)
    {
        if ((string?)delta["base"] != Version) return false;
        foreach (var (name, value) in delta["set"]?.AsObject() ?? []) Chain[name] = value?.DeepClone();
        foreach (var name in delta["unset"]?.AsArray() ?? []) Chain.Remove((string)name!);
        foreach (var side in (string[])["calls", "puts"])
            if (delta[side] is JsonObject changes) Change(Chain[side]!.AsArray(), changes);
        Version = (string)delta["version"]!;
        return true;
    }

    private void Change(JsonArray rows, JsonObject changes)
    {
        double StrikeOf(JsonNode? row) => (double)(Fields is null ? row!["strike"] : row![0])!;
        JsonArray Part(string name) => changes[name]?.AsArray() ?? [];
        var byStrike = new SortedDictionary<double, JsonNode>(rows.ToDictionary(StrikeOf, row => row!));
        rows.Clear();
        foreach (var strike in Part("remove")) byStrike.Remove((double)strike!);
        foreach (var row in Part("add")) byStrike[StrikeOf(row)] = row!.DeepClone();
        foreach (var change in Part("update")) Patch(byStrike[StrikeOf(change)], change!);
        foreach (var row in byStrike.Values) rows.Add(row);
    }

    private void Patch(JsonNode row, JsonNode change)
    {
        if (Fields is null) foreach (var (name, value) in change.AsObject()) row[name] = value?.DeepClone();
        // compact: bit i of the mask says that a value for column i + 1 follows.
        else for (var (i, next) = (0, 2); i < Fields.Length - 1; i++) if (((int)change[1]! >> i & 1) == 1) row[i + 1] = change[next++]?.DeepClone();
    }
    // end: apply
}
