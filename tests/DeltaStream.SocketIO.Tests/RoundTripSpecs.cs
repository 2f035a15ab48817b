using System.Buffers;
using System.Text.Json;
using CsCheck;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;
using DeltaStream.SocketIO.Tests.Framing;

namespace DeltaStream.SocketIO.Tests;

/// <summary>What is written reads back as it was, whatever it is.</summary>
public sealed class RoundTripSpecs
{
    private static readonly Gen<byte[]> Bytes = Gen.Byte.Array[0, 300];

    // The record separator cannot stand in a text packet; JSON escapes it.
    private static readonly Gen<string> Text = Gen.Char['\u0020', '\ud7ff'].Array[0, 40].Select(chars => new string(chars));

    private static readonly string[] Odd = ["null", "true", "[]", "{}", "[[[]]]", """{"a":1,"a":2}""", """["\ud800"]"""];

    private static readonly Gen<string> Json = Gen.OneOf(
        Gen.Int.Select(number => number.ToString()),
        Gen.Double.Where(double.IsFinite).Select(number => JsonSerializer.Serialize(number)),
        Gen.String.Select(text => JsonSerializer.Serialize(text)),
        Gen.Dictionary(Text, Gen.Int.Array[0, 3])[0, 4].Select(value => JsonSerializer.Serialize(value)),
        Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]));

    private static readonly Gen<string> Arguments = Json.Array[0, 4].Select(values => string.Join(',', values));

    private static readonly Gen<string> Namespace = Gen.OneOf(
        Gen.Const("/"), Text.Select(text => "/" + text.Replace(",", "", StringComparison.Ordinal)));

    private static readonly Gen<string> Id = Gen.ULong.Select(id => id.ToString());

    private static readonly Gen<EnginePacket> Packet = Gen.OneOf(
        Gen.Select(Gen.Int[0, 6], Text, (type, text) => new EnginePacket((EnginePacketType)type, text.Utf8(), false)),
        Bytes.Select(bytes => EnginePacket.Binary(bytes)));

    [Fact]
    public void Engine_packets_over_polling_read_back_as_written() => Packet.Array[1, PollingPayloadWriter.MaxPackets].Sample(packets =>
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new PollingPayloadWriter(output);
        foreach (var packet in packets) writer.TryAppend(packet);
        var reader = new PollingPayloadReader(output.WrittenMemory);
        foreach (var packet in packets)
        {
            if (reader.Read(out var read) != PollingReadStatus.Packet || !Same(packet, read)) return false;
        }
        return reader.Read(out _) == PollingReadStatus.End;
    });

    [Fact]
    public void Engine_packets_over_a_websocket_read_back_as_written() => Packet.Sample(packet =>
    {
        var content = new ArrayBufferWriter<byte>();
        EnginePacketCodec.Write(content, packet);
        if (!EnginePacketCodec.ToFrame(packet).Payload().Span.SequenceEqual(content.WrittenSpan)) return false;
        return packet.IsBinary || (EnginePacketCodec.TryParseText(content.WrittenMemory, out var read) && Same(packet, read));
    });

    [Fact]
    public void Events() => Gen.Select(Text, Arguments, Namespace).Sample((name, arguments, ns) =>
        EventPayload.ReservedNames.Contains(name)
        || (Read(SocketFrames.Event(name, arguments.Utf8().Span, ns)) is { Type: SocketPacketType.Event, AckId: null } packet
            && (packet.Namespace, packet.Event.Name, packet.Event.Arguments.Text()) == (ns, name, arguments)));

    [Fact]
    public void Acknowledgements() => Gen.Select(Id, Arguments, Namespace).Sample((id, arguments, ns) =>
        Read(SocketFrames.Ack(id.Utf8().Span, arguments.Utf8().Span, ns)) is { Type: SocketPacketType.Ack } packet
        && (packet.Namespace, packet.AckId.Text(), packet.Data.Text()) == (ns, id, $"[{arguments}]"));

    [Fact]
    public void Binary_events_read_back_as_written() => Gen.Select(Text, Bytes.Array[0, SocketPacketCodec.MaxAttachments], Namespace).Sample((name, attachments, ns) =>
    {
        var placeholders = Enumerable.Range(0, attachments.Length).Select(i => $$"""{"_placeholder":true,"num":{{i}}}""");
        var arguments = string.Join(',', placeholders);
        var header = Read(SocketFrames.BinaryEvent("x" + name, arguments.Utf8().Span, attachments.Length, ns));
        var reassembler = new BinaryReassembler();
        if (reassembler.Begin(header, out var message) != SocketParseError.None) return false;
        foreach (var attachment in attachments) reassembler.Add(attachment, out message);
        return message!.Header.Event.Arguments.Text() == arguments
            && message.Attachments.Zip(attachments).All(pair => pair.First.Span.SequenceEqual(pair.Second));
    });

    [Fact]
    public void Connect_replies_and_refusals_read_back_as_written() => Gen.Select(Text, Gen.String, Namespace).Sample((sid, message, ns) =>
    {
        var connected = Read(SocketFrames.Connected(sid, sid, ns));
        var refused = Read(SocketFrames.ConnectError(message, "[1]"u8, ns));
        using var reply = JsonDocument.Parse(connected.Data);
        return connected.Namespace == ns && refused.Namespace == ns && refused.Type == SocketPacketType.ConnectError
            && reply.RootElement.GetProperty("sid").GetString() == sid;
    });

    [Fact]
    public void Frames_in_pieces_of_any_size_read_back_as_written() =>
        Gen.Select(Gen.Byte.Array[0, 70_000], Gen.UInt, Gen.Int[1, 5_000], Gen.Int[1, 9]).Sample((payload, mask, piece, parts) =>
    {
        var frames = new List<byte>();
        for (var i = 0; i < parts; i++)
        {
            var part = payload.AsSpan((int)((long)payload.Length * i / parts)..(int)((long)payload.Length * (i + 1) / parts));
            frames.AddRange(ClientFrame.Make(i == 0 ? WebSocketOpcode.Binary : WebSocketOpcode.Continuation, part, i == parts - 1, mask));
            frames.AddRange(ClientFrame.Make(WebSocketOpcode.Pong, [], true, mask));
        }
        using var reader = new WebSocketFrameReader(payload.Length);
        var read = FrameReading.Read(reader, FrameReading.InPieces([.. frames], () => piece));
        return read.Failure is null && read.Messages.Count == parts + 1
            && read.Messages[^2] == "Binary:" + Convert.ToHexStringLower(payload);
    }, iter: 60);

    private static SocketPacket Read(byte[] frame) =>
        SocketPacketCodec.TryParse(frame.Payload()[1..], out var packet, out var error) ? packet : throw new FormatException($"{error}");

    private static bool Same(EnginePacket one, EnginePacket other) =>
        (one.Type, one.IsBinary) == (other.Type, other.IsBinary) && one.Data.Span.SequenceEqual(other.Data.Span);
}
