namespace DeltaStream.Demo.Simulation;

/// <summary>One row of a chain: a strike and its two legs. One leg may be absent.</summary>
internal sealed record OptionStrike(double Strike, OptionLeg? Call, OptionLeg? Put);
