namespace DeltaStream.Demo.Simulation;

/// <summary>One message of the simulated market.</summary>
/// <param name="Channel">The Redis channel, for example <c>enriched:underlying</c>.</param>
/// <param name="Payload">The message as JSON in UTF-8; never changed afterwards.</param>
public sealed record DemoMessage(string Channel, ReadOnlyMemory<byte> Payload);
