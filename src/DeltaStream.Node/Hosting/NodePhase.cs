namespace DeltaStream.Node.Hosting;

/// <summary>The node's phase: it is ready until it begins to stop.</summary>
internal sealed class NodePhase
{
    private volatile bool _draining;

    /// <summary>Whether the node was told to stop: it lets its clients go, at once or after <see cref="DrainDelay"/>.</summary>
    public bool IsDraining => _draining;

    /// <summary>From now on the node is not ready. This can't be undone.</summary>
    public void BeginDrain() => _draining = true;
}
