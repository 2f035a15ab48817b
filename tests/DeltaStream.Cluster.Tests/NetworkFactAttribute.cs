namespace DeltaStream.Cluster.Tests;

/// <summary>A test that cuts cables. Where that is not permitted it is shown as skipped, with the reason, and counts as not run.</summary>
public sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute() => Skip = NetworkLab.WhyNot;
}
