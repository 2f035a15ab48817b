namespace DeltaStream.Actors.Feed;

/// <summary>The state of the node's bridge. Every member may be read from any thread.</summary>
public sealed class BridgeStatus
{
    private bool _isActive;
    private bool _isListening;

    /// <summary>True while the bridge holds the lease.</summary>
    public bool IsActive
    {
        get => Volatile.Read(ref _isActive);
        internal set => Volatile.Write(ref _isActive, value);
    }

    /// <summary>True while the subscription to the feed is up.</summary>
    public bool IsListening
    {
        get => Volatile.Read(ref _isListening);
        internal set => Volatile.Write(ref _isListening, value);
    }
}
