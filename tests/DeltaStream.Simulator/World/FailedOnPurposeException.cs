namespace DeltaStream.Simulator.World;

/// <summary>What an actor throws that a fault restarts.</summary>
internal sealed class FailedOnPurposeException : Exception;
