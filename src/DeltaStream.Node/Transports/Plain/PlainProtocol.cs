using System.Text.Encodings.Web;
using System.Text.Json;
using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>Writes events and acknowledgements as one JSON object per text frame.</summary>
internal sealed class PlainProtocol : IWireProtocol
{
    public static readonly PlainProtocol Instance = new();

    private PlainProtocol() { }

    public int ProtocolIndex => 1;

    public Frame EncodeEvent(string name, ReadOnlySpan<byte> data)
    {
        var quoted = JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return Encode("{\"event\":\""u8, quoted.EncodedUtf8Bytes, data.IsEmpty ? "\""u8 : "\",\"data\":"u8, data);
    }

    public Frame EncodeEvent(string name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> meta) => EncodeEvent(name, [.. data, .. ",\"meta\":"u8, .. meta]);

    public Frame EncodeAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) =>
        Encode("""{"event":"ack","id":"""u8, id, data.IsEmpty ? default : ",\"data\":"u8, data);

    private static Frame Encode(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> first, ReadOnlySpan<byte> between, ReadOnlySpan<byte> second)
    {
        var length = opening.Length + first.Length + between.Length + second.Length + 1;
        var frame = WebSocketFrameWriter.Allocate(WebSocketOpcode.Text, length, out var rest);
        Put(opening, ref rest);
        Put(first, ref rest);
        Put(between, ref rest);
        Put(second, ref rest);
        rest[0] = (byte)'}';
        return new Frame(frame);
    }

    private static void Put(ReadOnlySpan<byte> part, ref Span<byte> rest)
    {
        part.CopyTo(rest);
        rest = rest[part.Length..];
    }
}
