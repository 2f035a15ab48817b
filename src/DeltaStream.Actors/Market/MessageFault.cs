namespace DeltaStream.Actors.Market;

/// <summary>Why a message is skipped, and at which field.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Field">The name of the field; null if the fault is not in one field.</param>
/// <param name="Found">The field's value as published; empty if the field is absent.</param>
public readonly record struct MessageFault(InvalidReason Reason, string? Field = null, ReadOnlyMemory<byte> Found = default);
