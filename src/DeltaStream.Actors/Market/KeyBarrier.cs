namespace DeltaStream.Actors.Market;

/// <summary>
/// The serial at which the path changed over which a wide room gets a key's updates: another publisher, or the cache. What the
/// former path still brings is below it. Written under the node's lock, read by every client without one.
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
