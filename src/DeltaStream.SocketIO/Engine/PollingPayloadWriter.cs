using System.Buffers;
using System.Buffers.Text;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Engine;

/// <summary>
/// Writes the packets of one poll response, separated by the record separator (Engine.IO protocol 4, "Payload encoding").
/// </summary>
/// <param name="output">The body of the response.</param>
public struct PollingPayloadWriter(IBufferWriter<byte> output)
{
    /// <summary>The most packets in one poll response: python-engineio refuses to decode more.</summary>
    public const int MaxPackets = 16;

    /// <summary>The byte between two packets.</summary>
    internal const byte Separator = 0x1e;

    /// <summary>The byte before base64.</summary>
    internal const byte BinaryMark = (byte)'b';

    /// <summary>The number of packets in the response.</summary>
    public int Count { get; private set; }

    /// <summary>Appends a packet.</summary>
    /// <returns>False, with nothing written, if the response holds <see cref="MaxPackets"/> packets already.</returns>
    public bool TryAppend(in EnginePacket packet)
    {
        if (packet.IsBinary) return TryAppendBinary(packet.Data.Span);
        if (!TrySeparate()) return false;
        EnginePacketCodec.Write(output, packet);
        return true;
    }

    /// <summary>Appends the payload of a frame (<see cref="WebSocketFrameWriter"/>): text unchanged, binary as base64.</summary>
    /// <returns>False, with nothing written, if the response is full.</returns>
    public bool TryAppendFrame(ReadOnlySpan<byte> frame)
    {
        var payload = WebSocketFrameWriter.PayloadOf(frame);
        return WebSocketFrameWriter.IsBinary(frame) ? TryAppendBinary(payload) : TryAppendText(payload);
    }

    /// <summary>The number of bytes that <see cref="TryAppendFrame"/> writes for this frame, without the separator.</summary>
    public static int LengthOf(ReadOnlySpan<byte> frame)
    {
        var length = WebSocketFrameWriter.PayloadOf(frame).Length;
        return WebSocketFrameWriter.IsBinary(frame) ? 1 + Base64.GetMaxEncodedToUtf8Length(length) : length;
    }

    /// <summary>Appends a text packet in its wire form: type digit and data.</summary>
    /// <returns>False, with nothing written, if the response is full.</returns>
    public bool TryAppendText(ReadOnlySpan<byte> packet)
    {
        if (!TrySeparate()) return false;
        output.Write(packet);
        return true;
    }

    /// <summary>Appends a binary message.</summary>
    /// <returns>False, with nothing written, if the response is full.</returns>
    public bool TryAppendBinary(ReadOnlySpan<byte> data)
    {
        if (!TrySeparate()) return false;
        output.Write([BinaryMark]);
        if (data.IsEmpty) return true;
        var target = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(data.Length));
        Base64.EncodeToUtf8(data, target, out _, out var written);
        output.Advance(written);
        return true;
    }

    private bool TrySeparate()
    {
        if (Count == MaxPackets) return false;
        if (Count > 0) output.Write([Separator]);
        Count++;
        return true;
    }
}
