namespace DeltaStream.Actors.Agreement;

/// <summary>
/// Whether the nodes of the cluster use one Redis. Pure: what they say, and when, comes as arguments. The outcome may be read
/// from any thread; everything else belongs to one actor.
/// </summary>
/// <param name="self">This node as <c>host:port</c>.</param>
public sealed class StoreAgreement(string self)
{
    /// <summary>How long what a node has said counts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(8);

    /// <summary>How long nodes must differ before it counts: after a flush each finds the store's new name at its own time.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (string Store, TimeSpan At)> _heard = [];
    private readonly Dictionary<string, TimeSpan> _differsSince = [];
    private Outcome _outcome = new([], false);

    /// <summary>The nodes that use another Redis than this one.</summary>
    public IReadOnlyList<string> Differing => Volatile.Read(ref _outcome).Differing;

    /// <summary>
    /// Whether this node is the one that is wrong: more nodes use another Redis, or as many, the one with the lowest address
    /// among them. Such a node's bridge must not publish; the cluster would have two truths in turn.
    /// </summary>
    public bool IsOutvoted => Volatile.Read(ref _outcome).IsOutvoted;

    /// <summary>A node, maybe this one, has said which store it uses.</summary>
    public void Heard(string node, string store, TimeSpan now) => _heard[node] = (store, now);

    /// <summary>Judges what was said until now.</summary>
    public void Judge(TimeSpan now)
    {
        foreach (var silent in _heard.Where(entry => now - entry.Value.At > Life).Select(entry => entry.Key).ToArray()) _heard.Remove(silent);
        // Without a word from the own Redis there is nothing to compare; that it is away is told elsewhere.
        var differing = _heard.TryGetValue(self, out var own)
            ? _heard.Where(entry => entry.Value.Store != own.Store).Select(entry => entry.Key).ToArray()
            : [];
        foreach (var agreed in _differsSince.Keys.Except(differing).ToArray()) _differsSince.Remove(agreed);
        foreach (var node in differing) _differsSince.TryAdd(node, now);
        string[] counts = [.. differing.Where(node => now - _differsSince[node] >= Grace).Order(StringComparer.Ordinal)];
        Volatile.Write(ref _outcome, new Outcome(counts, counts.Length > 0 && WinningStore() != own.Store));
    }

    private string WinningStore() => _heard.GroupBy(entry => entry.Value.Store, entry => entry.Key)
        .OrderByDescending(nodes => nodes.Count()).ThenBy(nodes => nodes.Min(StringComparer.Ordinal), StringComparer.Ordinal).First().Key;

    private sealed record Outcome(IReadOnlyList<string> Differing, bool IsOutvoted);
}
