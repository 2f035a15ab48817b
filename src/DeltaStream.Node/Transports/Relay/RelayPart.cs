namespace DeltaStream.Node.Transports.Relay;

/// <summary>
/// The kinds of messages between a node and the node that holds a session. A node answers an unknown kind with nothing. It does not
/// read the fields that a newer version adds at the end of a question or an answer.
/// </summary>
internal enum RelayKind : byte
{
    /// <summary>Which transport does the session use? Answered by one byte: 0 no such session, 1 polling, 2 a WebSocket.</summary>
    FindSession = 1,

    /// <summary>A poll or a POST of the session.</summary>
    Request = 2,

    /// <summary>The client of that request has disconnected.</summary>
    Abort = 3,

    /// <summary>A WebSocket on the asking node has sent a probe for the session. Answered by one byte: 1 to go on.</summary>
    Probe = 4,

    /// <summary>The probing WebSocket has closed.</summary>
    EndProbe = 5,

    /// <summary>The client moves to the probing WebSocket: the answer is the whole session, or nothing if it can't move.</summary>
    Move = 6,

    /// <summary>An answer did not reach the client, so the session can't go on.</summary>
    Lost = 7,

    /// <summary>The question has arrived.</summary>
    Accepted = 8,

    /// <summary>The answer to a question.</summary>
    Answer = 9,

    /// <summary>A POST of the session had too many bytes; the session tells its client.</summary>
    TooLarge = 10,
}

/// <summary>A part of a message between two nodes' relays. The parts of one message come in order.</summary>
/// <param name="Id">The number of the question on the asking node.</param>
/// <param name="Kind">The kind of the message.</param>
/// <param name="IsLast">Whether this is the message's last part.</param>
/// <param name="Bytes">The part's bytes.</param>
internal sealed record RelayPart(long Id, RelayKind Kind, bool IsLast, ReadOnlyMemory<byte> Bytes);
