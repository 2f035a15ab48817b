namespace DeltaStream.Actors.Feed;

/// <summary>What the node's bridge lets others look at without asking it; every member may be read from any thread.</summary>
public sealed class BridgeStatus
{
    private bool _isActive;
    private bool _isListening;

    /// <summary>Whether the bridge holds the lease.</summary>
    public bool IsActive
    {
        get => Volatile.Read(ref _isActive);
        internal set => Volatile.Write(ref _isActive, value);
    }

    /// <summary>Whether its subscription to the feed is up.</summary>
    public bool IsListening
    {
        get => Volatile.Read(ref _isListening);
        internal set => Volatile.Write(ref _isListening, value);
    }
}
