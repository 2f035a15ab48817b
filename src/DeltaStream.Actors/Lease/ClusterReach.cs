using Akka.Actor;

namespace DeltaStream.Actors.Lease;

/// <summary>
/// Whether this node still reaches its cluster, known sooner than from the failure detector, which takes seconds. Exactly half
/// is enough: of two nodes the one that is left must be able to go on, and the lease itself keeps the halves apart.
/// </summary>
/// <param name="timeout">How long a member may be silent.</param>
internal sealed class ClusterReach(TimeSpan timeout)
{
    private readonly Dictionary<Address, TimeSpan> _heardAt = [];

    /// <summary>The other members.</summary>
    public IReadOnlyCollection<Address> Others => _heardAt.Keys;

    /// <summary>Another node is a member; it counts as heard just now.</summary>
    public void Joined(Address member, TimeSpan now) => _heardAt.TryAdd(member, now);

    /// <summary>It is none any more.</summary>
    public void Left(Address member) => _heardAt.Remove(member);

    /// <summary>It answered.</summary>
    public void Heard(Address member, TimeSpan now)
    {
        if (_heardAt.ContainsKey(member)) _heardAt[member] = now;
    }

    /// <summary>Whether at least half of the members, this one included, have answered lately.</summary>
    public bool IsEnough(TimeSpan now) =>
        2 * (1 + _heardAt.Values.Count(at => now - at <= timeout)) >= 1 + _heardAt.Count;
}
