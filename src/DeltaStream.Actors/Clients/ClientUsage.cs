namespace DeltaStream.Actors.Clients;

/// <summary>
/// What a client has used of its limits. It belongs to the connection: a client that leaves the namespace and comes back on the
/// same connection goes on with it.
/// </summary>
public sealed class ClientUsage
{
    // The actor of a client that has left may make its last write while its successor starts.
    private readonly Lock _lock = new();
    private Usage _joins;
    private Usage _bytes;

    /// <summary>Counts joins; false, and none of them counts, if they are over the limit.</summary>
    internal bool TryJoin(int joins, RateLimit limit, TimeProvider time)
    {
        lock (_lock) return _joins.TryTake(joins, limit, time);
    }

    /// <summary>Counts bytes that the client's requests made the node send.</summary>
    internal void Charge(int bytes, RateLimit limit, TimeProvider time)
    {
        lock (_lock) _bytes.Charge(bytes, limit, time);
    }

    /// <summary>True while the client has been sent more bytes than it may request.</summary>
    internal bool IsOverBytes(RateLimit limit, TimeProvider time)
    {
        lock (_lock) return _bytes.IsOver(limit, time);
    }
}
