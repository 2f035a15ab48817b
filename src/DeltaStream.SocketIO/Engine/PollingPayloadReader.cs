using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;

namespace DeltaStream.SocketIO.Engine;

/// <summary>The result of one read from a polling payload.</summary>
public enum PollingReadStatus
{
    /// <summary>The reader has read a packet.</summary>
    Packet,

    /// <summary>The reader has read all packets.</summary>
    End,

    /// <summary>The bytes are not a packet; the session must be closed.</summary>
    Malformed,
}

/// <summary>
/// Reads the packets of a POST body one by one (Engine.IO protocol 4, "Payload encoding"). The record separator stands between
/// packets; a binary packet is <c>b</c> and base64. Text packets are views of the body; only base64 takes memory of its own.
/// </summary>
/// <param name="body">The body; at least one packet.</param>
public struct PollingPayloadReader(ReadOnlyMemory<byte> body)
{
    private ReadOnlyMemory<byte> _rest = body;
    private bool _done;

    /// <summary>
    /// Reads the next packet. After <see cref="PollingReadStatus.Malformed"/> every call returns <see
    /// cref="PollingReadStatus.End"/>.
    /// </summary>
    public PollingReadStatus Read(out EnginePacket packet)
    {
        packet = default;
        if (_done) return PollingReadStatus.End;
        var one = Next();
        if (TryParse(one, out packet)) return PollingReadStatus.Packet;
        _done = true;
        return PollingReadStatus.Malformed;
    }

    private ReadOnlyMemory<byte> Next()
    {
        var end = _rest.Span.IndexOf(PollingPayloadWriter.Separator);
        if (end < 0)
        {
            _done = true;
            return _rest;
        }
        var one = _rest[..end];
        _rest = _rest[(end + 1)..];
        return one;
    }

    private static bool TryParse(ReadOnlyMemory<byte> one, out EnginePacket packet)
    {
        if (!one.IsEmpty && one.Span[0] == PollingPayloadWriter.BinaryMark) return TryParseBinary(one.Span[1..], out packet);
        // Text that is not UTF-8 would break the WebSocket of every client to which an application forwards it.
        return EnginePacketCodec.TryParseText(one, out packet) && Utf8.IsValid(packet.Data.Span);
    }

    private static bool TryParseBinary(ReadOnlySpan<byte> base64, out EnginePacket packet)
    {
        packet = default;
        var data = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (Base64.DecodeFromUtf8(base64, data, out _, out var written) != OperationStatus.Done) return false;
        packet = EnginePacket.Binary(data.AsMemory(0, written));
        return true;
    }
}
