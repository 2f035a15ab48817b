namespace DeltaStream.Node.Hosting;

/// <summary>Whether this node lets clients in: true until it begins to stop.</summary>
internal sealed class NodePhase
{
    private volatile bool _draining;

    /// <summary>Whether the node is letting its clients go.</summary>
    public bool IsDraining => _draining;

    /// <summary>From now on the node is not ready and takes no new clients. There is no way back.</summary>
    public void BeginDrain() => _draining = true;
}
