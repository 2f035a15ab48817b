using System.Text;

namespace DeltaStream.SocketIO;

/// <summary>
/// Reads Socket.IO packets (protocol 5, "Packet encoding"): <c>type [attachments "-"] ["/namespace" ","] [ack id] [JSON]</c>. The
/// text must be valid UTF-8; the readers of frames and of polling payloads ensure that. No input makes the codec throw.
/// </summary>
public static class SocketPacketCodec
{
    /// <summary>The most binary attachments that one packet may announce.</summary>
    public const int MaxAttachments = 10;

    private const int MaxAckIdDigits = 20;

    /// <summary>Reads one packet from the data of an engine message.</summary>
    /// <returns>False if the connection must be closed.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> text, out SocketPacket packet, out SocketParseError error)
    {
        packet = default;
        error = SocketParseError.UnknownType;
        if (text.IsEmpty) return false;
        var type = text.Span[0] - '0';
        if (type is < 0 or > (int)SocketPacketType.BinaryAck) return false;

        packet = new SocketPacket((SocketPacketType)type, SocketPacket.RootNamespace, null, default);
        var rest = text[1..];
        error = packet.IsBinary ? TakeAttachments(ref rest, ref packet) : SocketParseError.None;
        if (error != SocketParseError.None) return false;
        TakeNamespace(ref rest, ref packet);
        error = TakeAckId(ref rest, ref packet);
        if (error == SocketParseError.None) error = TakePayload(rest, ref packet);
        return error == SocketParseError.None;
    }

    private static SocketParseError TakeAttachments(ref ReadOnlyMemory<byte> rest, ref SocketPacket packet)
    {
        var digits = CountDigits(rest.Span);
        if (digits == 0 || digits == rest.Length || rest.Span[digits] != '-') return SocketParseError.MalformedAttachments;
        var count = WithoutLeadingZeros(rest[..digits]).Span;
        // All allowed counts have at most two digits. A longer count must not overflow into an allowed one.
        var value = count.Length > 2 ? int.MaxValue : int.Parse(count);
        if (value > MaxAttachments) return SocketParseError.TooManyAttachments;
        packet = packet with { Attachments = value };
        rest = rest[(digits + 1)..];
        return SocketParseError.None;
    }

    private static void TakeNamespace(ref ReadOnlyMemory<byte> rest, ref SocketPacket packet)
    {
        if (rest.IsEmpty || rest.Span[0] != '/') return;
        var comma = rest.Span.IndexOf((byte)',');
        var name = comma < 0 ? rest : rest[..comma];
        rest = comma < 0 ? default : rest[(comma + 1)..];
        if (name.Length > 1) packet = packet with { Namespace = Encoding.UTF8.GetString(name.Span) };
    }

    private static SocketParseError TakeAckId(ref ReadOnlyMemory<byte> rest, ref SocketPacket packet)
    {
        var digits = CountDigits(rest.Span);
        if (digits > MaxAckIdDigits) return SocketParseError.MalformedAckId;
        if (digits > 0) packet = packet with { AckId = WithoutLeadingZeros(rest[..digits]) };
        rest = rest[digits..];
        return rest.IsEmpty || rest.Span[0] is (byte)'[' or (byte)'{' or (byte)'"'
            ? SocketParseError.None
            : SocketParseError.MalformedAckId;
    }

    private static SocketParseError TakePayload(ReadOnlyMemory<byte> json, ref SocketPacket packet)
    {
        packet = packet with { Data = json };
        switch (packet.Type)
        {
            case SocketPacketType.Event or SocketPacketType.BinaryEvent:
                var error = EventPayload.TryRead(json, out var payload);
                packet = packet with { Event = payload };
                return error;
            case SocketPacketType.Ack or SocketPacketType.BinaryAck:
                return Check(JsonText.IsValid(json.Span, (byte)'[', (byte)'['));
            case SocketPacketType.Connect:
                return Check(json.IsEmpty || JsonText.IsValid(json.Span, (byte)'{', (byte)'{'));
            case SocketPacketType.ConnectError:
                return Check(JsonText.IsValid(json.Span, (byte)'{', (byte)'"'));
            default:
                return Check(json.IsEmpty);
        }
    }

    private static SocketParseError Check(bool isValid) => isValid ? SocketParseError.None : SocketParseError.MalformedPayload;

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : end;
    }

    private static ReadOnlyMemory<byte> WithoutLeadingZeros(ReadOnlyMemory<byte> digits)
    {
        var start = digits.Span.IndexOfAnyExcept((byte)'0');
        return start < 0 ? digits[^1..] : digits[start..];
    }
}
