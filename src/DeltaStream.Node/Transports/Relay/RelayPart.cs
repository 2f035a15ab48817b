namespace DeltaStream.Node.Transports.Relay;

/// <summary>
/// What one node asks of another that holds a session, and what that says. A kind that a node does not know it answers with nothing;
/// a newer version's fields at the end of a question or an answer it leaves unread.
/// </summary>
internal enum RelayKind : byte
{
    /// <summary>Which transport does the session use? Answered by one byte: 0 no such session, 1 polling, 2 a WebSocket.</summary>
    Look = 1,

    /// <summary>A poll or a POST of the session's.</summary>
    Request = 2,

    /// <summary>The client that sent that request has gone.</summary>
    Abort = 3,

    /// <summary>A WebSocket of the session's has sent its probe here. Answered by one byte: 1 go on.</summary>
    Probe = 4,

    /// <summary>That WebSocket is gone.</summary>
    EndProbe = 5,

    /// <summary>The client moves to that WebSocket: give all of the session. Answered by nothing where that can't be.</summary>
    Move = 6,

    /// <summary>An answer did not reach the client: the session can't go on.</summary>
    Lost = 7,

    /// <summary>The question has arrived.</summary>
    Accepted = 8,

    /// <summary>The answer to a question.</summary>
    Answer = 9,

    /// <summary>A POST of the session's had more bytes than one may have: its client is to be told.</summary>
    TooLarge = 10,
}

/// <summary>A part of a message between two nodes' relays; parts of one message come in order.</summary>
/// <param name="Id">Which question of the asking node's.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsLast">Whether the message is whole with this.</param>
/// <param name="Bytes">This part.</param>
internal sealed record RelayPart(long Id, RelayKind Kind, bool IsLast, ReadOnlyMemory<byte> Bytes);
