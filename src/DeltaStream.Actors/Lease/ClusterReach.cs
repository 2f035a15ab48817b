using Akka.Actor;

namespace DeltaStream.Actors.Lease;

/// <summary>
/// Decides whether this node still reaches its cluster, faster than the failure detector, which takes seconds. Exactly half of
/// the members is enough: of two nodes the remaining one must be able to go on, and the lease keeps two halves apart.
/// </summary>
/// <param name="timeout">How long a member may be silent.</param>
internal sealed class ClusterReach(TimeSpan timeout)
{
    private readonly Dictionary<Address, TimeSpan> _heardAt = [];

    /// <summary>The other members.</summary>
    public IReadOnlyCollection<Address> Others => _heardAt.Keys;

    /// <summary>Adds another member. Its silence counts from now on.</summary>
    public void Joined(Address member, TimeSpan now) => _heardAt.TryAdd(member, now);

    /// <summary>Removes a member.</summary>
    public void Left(Address member) => _heardAt.Remove(member);

    /// <summary>Records an answer of a member.</summary>
    public void Heard(Address member, TimeSpan now)
    {
        if (_heardAt.ContainsKey(member)) _heardAt[member] = now;
    }

    /// <summary>True if at least half of the members, this node included, have answered within the timeout.</summary>
    public bool IsEnough(TimeSpan now) =>
        2 * (1 + _heardAt.Values.Count(at => now - at <= timeout)) >= 1 + _heardAt.Count;
}
