namespace DeltaStream.Simulator.World;

/// <summary>What a simulation is asked for.</summary>
internal sealed record SimOptions
{
    public int Seed { get; init; } = 1;

    /// <summary>How much virtual time passes.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The names of the kinds of faults to draw from; null for all.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>The numbers of the faults to keep; null for all.</summary>
    public IReadOnlySet<int>? Keep { get; init; }

    /// <summary>The numbers of the clients that never connect.</summary>
    public IReadOnlySet<int> WithoutClients { get; init; } = new HashSet<int>();

    /// <summary>Takes each line of the trace; null if only its hash is wanted.</summary>
    public Action<string>? Trace { get; init; }
}
