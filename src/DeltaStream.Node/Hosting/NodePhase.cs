namespace DeltaStream.Node.Hosting;

/// <summary>The node's phase: it accepts clients until it begins to stop.</summary>
internal sealed class NodePhase
{
    private volatile bool _draining;

    /// <summary>Whether the node is closing its clients' connections.</summary>
    public bool IsDraining => _draining;

    /// <summary>From now on the node is not ready and accepts no new clients. This can't be undone.</summary>
    public void BeginDrain() => _draining = true;
}
