namespace DeltaStream.SocketIO;

/// <summary>
/// Joins a binary packet and the attachments that follow it (Socket.IO protocol 5, "Packet encoding"). Each connection has its own
/// reassembler. It copies the bytes that it keeps: the header and at most <see cref="SocketPacketCodec.MaxAttachments"/> engine
/// messages.
/// </summary>
public sealed class BinaryReassembler
{
    private SocketPacket _header;
    private List<ReadOnlyMemory<byte>>? _attachments;

    /// <summary>Whether the reassembler waits for attachments. Until they have come the client may send nothing else.</summary>
    public bool IsPending => _attachments is not null;

    /// <summary>Takes the header of a binary packet.</summary>
    /// <param name="header">A binary packet.</param>
    /// <param name="message">The message if the header announces no attachments; else null, and <see cref="Add"/> follows for each attachment.</param>
    /// <returns><see cref="SocketParseError.None"/>, or the error for which the connection must be closed.</returns>
    public SocketParseError Begin(in SocketPacket header, out BinaryMessage? message)
    {
        message = null;
        if (IsPending) return SocketParseError.UnexpectedText;
        if (!header.IsBinary) throw new ArgumentException("not a binary packet", nameof(header));
        if (!Placeholders.AreWithin(header.Data.Span, header.Attachments)) return SocketParseError.PlaceholderOutOfRange;
        var kept = Keep(header);
        if (kept.Attachments == 0) message = new BinaryMessage(kept, []);
        else (_header, _attachments) = (kept, new List<ReadOnlyMemory<byte>>(kept.Attachments));
        return SocketParseError.None;
    }

    /// <summary>Takes the data of a binary engine message.</summary>
    /// <param name="attachment">The attachment's bytes.</param>
    /// <param name="message">The message if this was its last attachment; else null.</param>
    /// <returns><see cref="SocketParseError.None"/>, or the error for which the connection must be closed.</returns>
    public SocketParseError Add(ReadOnlyMemory<byte> attachment, out BinaryMessage? message)
    {
        message = null;
        if (_attachments is null) return SocketParseError.UnexpectedBinary;
        _attachments.Add(attachment.ToArray());
        if (_attachments.Count < _header.Attachments) return SocketParseError.None;
        message = new BinaryMessage(_header, _attachments);
        (_header, _attachments) = (default, null);
        return SocketParseError.None;
    }

    private static SocketPacket Keep(in SocketPacket header)
    {
        var data = (ReadOnlyMemory<byte>)header.Data.ToArray();
        var kept = header with { Data = data, AckId = header.AckId is { } id ? id.ToArray() : (ReadOnlyMemory<byte>?)null };
        if (header.Type != SocketPacketType.BinaryEvent) return kept;
        EventPayload.TryRead(data, out var payload);
        return kept with { Event = payload };
    }
}
