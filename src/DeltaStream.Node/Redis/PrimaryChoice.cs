namespace DeltaStream.Node.Redis;

/// <summary>A server that says that it is a primary.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Replicas">How many replicas are connected to it.</param>
internal readonly record struct Primary(string Address, int Replicas);

/// <summary>
/// Chooses between servers that all say that they are the primary. After a failover the former primary may come back and say so
/// until it is demoted.
/// </summary>
internal static class PrimaryChoice
{
    /// <summary>The index of the primary with the most replicas. With equal numbers: the primary used last, else the first.</summary>
    /// <param name="primaries">The servers, in the order of the URL; at least one.</param>
    /// <param name="last">The address of the primary used last.</param>
    public static int Choose(IReadOnlyList<Primary> primaries, string? last) =>
        Enumerable.Range(0, primaries.Count)
            .OrderByDescending(i => primaries[i].Replicas)
            .ThenByDescending(i => primaries[i].Address == last)
            .First();
}
