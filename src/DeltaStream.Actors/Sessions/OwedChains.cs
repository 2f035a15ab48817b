using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// Chains that wait for a client that moves to another node, and do not go along: many of them would be megabytes, and the next
/// node has them as well, once for all its clients. What the client is said to have had ends before them, so that it gets them there.
/// </summary>
public sealed class OwedChains
{
    private readonly Dictionary<ConflationKey, Position> _positions = [];

    /// <summary>Those that another node has named.</summary>
    public static OwedChains Of(IReadOnlyList<(ConflationKey Key, Position Position)> owed)
    {
        var chains = new OwedChains();
        foreach (var (key, position) in owed) chains._positions[key] = position;
        return chains;
    }

    /// <summary>They, by key.</summary>
    public IReadOnlyList<(ConflationKey Key, Position Position)> All => [.. _positions.Select(owed => (owed.Key, owed.Value))];

    /// <summary>A chain stays behind.</summary>
    public void Add(MarketUpdate chain) => _positions[chain.Key] = chain.RepeatOf ?? chain.Position;

    /// <summary>What the client has had of a chain, where it was taken to have had this.</summary>
    public Position HadOf(ConflationKey key, Position had) =>
        _positions.TryGetValue(key, out var owed) && had >= owed ? owed with { Sequence = owed.Sequence - 1 } : had;
}
