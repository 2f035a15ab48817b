namespace DeltaStream.Demo.Simulation;

/// <summary>One message of the simulated market: the Redis channel it belongs to and its JSON, UTF-8.</summary>
/// <param name="Channel">The Redis channel, such as <c>enriched:underlying</c>.</param>
/// <param name="Payload">The message as it is published; never changed afterwards.</param>
public sealed record DemoMessage(string Channel, ReadOnlyMemory<byte> Payload);
