namespace DeltaStream.Actors.Market;

/// <summary>
/// The serial at which a wide room began to get a key's updates over another path: from another publisher, or from the cache. A
/// late update of the former path has a lower serial. The writer holds the node's lock; every client reads without a lock.
/// </summary>
internal sealed class KeyBarrier
{
    private long _serial;

    public long Serial
    {
        get => Volatile.Read(ref _serial);
        set => Volatile.Write(ref _serial, value);
    }
}
