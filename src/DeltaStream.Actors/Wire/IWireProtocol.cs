namespace DeltaStream.Actors.Wire;

/// <summary>Encodes events and acknowledgements for one kind of connection. Stateless; all connections of the kind share it.</summary>
public interface IWireProtocol
{
    /// <summary>The protocol's index in <see cref="SharedFrames"/>: below <see cref="SharedFrames.MaxProtocols"/> and unique per protocol.</summary>
    int ProtocolIndex { get; }

    /// <summary>Makes the frame of a server event.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The event's data: one JSON value in UTF-8, inserted unchanged.</param>
    Frame EncodeEvent(string name, ReadOnlySpan<byte> data);

    /// <summary>Makes the frame of a server event with a second argument.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The event's data: one JSON value in UTF-8, inserted unchanged.</param>
    /// <param name="meta">The second argument (on a plain WebSocket the member <c>meta</c>), likewise.</param>
    Frame EncodeEvent(string name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> meta);

    /// <summary>Makes the frame of an acknowledgement.</summary>
    /// <param name="id">The id that the client chose, as it came over the wire.</param>
    /// <param name="data">The acknowledgement's data: one JSON value in UTF-8.</param>
    Frame EncodeAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> data);
}
