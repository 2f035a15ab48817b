namespace DeltaStream.Actors.Agreement;

/// <summary>
/// Decides whether all nodes of the cluster use the same Redis. Notices and time are arguments. Any thread may read the result;
/// all other members belong to one actor.
/// </summary>
/// <param name="self">This node as <c>host:port</c>.</param>
public sealed class StoreAgreement(string self)
{
    /// <summary>How long a node's notice counts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long nodes must differ before the difference counts. After a flush each node reads the store's new name at its own
    /// time.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (string Store, TimeSpan At)> _heard = [];
    private readonly Dictionary<string, TimeSpan> _differsSince = [];
    private Outcome _outcome = new([], false);

    /// <summary>The nodes that use another Redis than this node.</summary>
    public IReadOnlyList<string> Differing => Volatile.Read(ref _outcome).Differing;

    /// <summary>
    /// True if this node uses the wrong Redis: more nodes use another Redis, or equally many and the node with the lowest
    /// address is among them. The bridge of such a node must not publish, because the cluster would get conflicting data.
    /// </summary>
    public bool IsOutvoted => Volatile.Read(ref _outcome).IsOutvoted;

    /// <summary>Records which store a node uses; the node may be this one.</summary>
    public void Heard(string node, string store, TimeSpan now) => _heard[node] = (store, now);

    /// <summary>Updates the result from the notices so far.</summary>
    public void Judge(TimeSpan now)
    {
        foreach (var silent in _heard.Where(entry => now - entry.Value.At > Life).Select(entry => entry.Key).ToArray()) _heard.Remove(silent);
        // Without the name of this node's own Redis there is nothing to compare. Other code reports that Redis is away.
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
