namespace DeltaStream.Simulator.World;

/// <summary>What stays when a node's process ends.</summary>
/// <param name="Rate">How fast the machine's clocks run.</param>
/// <param name="Throughput">How many messages an actor of its nodes handles in one turn.</param>
internal sealed record Machine(double Rate, int Throughput)
{
    /// <summary>How wrong the wall clock is.</summary>
    public TimeSpan Shift { get; set; }

    /// <summary>The running node; null while there is none.</summary>
    public SimNode? Node { get; set; }

    /// <summary>How many lives its node has had.</summary>
    public int Lives { get; set; }
}
