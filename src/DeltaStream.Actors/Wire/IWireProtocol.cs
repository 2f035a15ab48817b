namespace DeltaStream.Actors.Wire;

/// <summary>How events and acknowledgements look on one kind of connection. Stateless and shared by all connections of the kind.</summary>
public interface IWireProtocol
{
    /// <summary>The protocol's own place in <see cref="SharedFrames"/>: below <see cref="SharedFrames.Slots"/>, different for each protocol.</summary>
    int Slot { get; }

    /// <summary>Makes the frame of a server event.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The event's data: one JSON value in UTF-8, put in as it is.</param>
    Frame EncodeEvent(string name, ReadOnlySpan<byte> data);

    /// <summary>Makes the frame of an acknowledgement.</summary>
    /// <param name="id">The id that the client chose, as it came over the wire.</param>
    /// <param name="data">The answer: one JSON value in UTF-8.</param>
    Frame EncodeAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> data);
}
