using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO;

/// <summary>
/// Makes Socket.IO packets (protocol 5, "Packet encoding") as whole WebSocket frames. Header, Engine.IO type and packet stand in
/// one array of exactly their size (<see cref="WebSocketFrameWriter"/>). The caller's JSON is sent byte for byte.
/// </summary>
public static class SocketFrames
{
    /// <summary>An event.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="arguments">The event's arguments, JSON values with commas between them; empty for none.</param>
    /// <param name="ns">The namespace.</param>
    public static byte[] Event(string name, ReadOnlySpan<byte> arguments, string ns = SocketPacket.RootNamespace) =>
        Event("42"u8, -1, name, arguments, ns);

    /// <summary>
    /// An event whose arguments hold placeholders. The attachments must follow at once, each as an <see cref="Attachment"/>.
    /// </summary>
    public static byte[] BinaryEvent(string name, ReadOnlySpan<byte> arguments, int attachments, string ns = SocketPacket.RootNamespace) =>
        Event("45"u8, attachments, name, arguments, ns);

    /// <summary>An acknowledgement.</summary>
    /// <param name="id">The id, as the client sent it.</param>
    /// <param name="arguments">The arguments, JSON values with commas between them; empty for none.</param>
    /// <param name="ns">The namespace.</param>
    public static byte[] Ack(ReadOnlySpan<byte> id, ReadOnlySpan<byte> arguments, string ns = SocketPacket.RootNamespace) =>
        Make("43"u8, -1, ns, id, "["u8, arguments, "]"u8);

    /// <summary>
    /// An acknowledgement whose arguments hold placeholders. The attachments must follow at once, each as an <see
    /// cref="Attachment"/>.
    /// </summary>
    public static byte[] BinaryAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> arguments, int attachments, string ns = SocketPacket.RootNamespace) =>
        Make("46"u8, attachments, ns, id, "["u8, arguments, "]"u8);

    /// <summary>One binary attachment.</summary>
    public static byte[] Attachment(ReadOnlySpan<byte> data) => WebSocketFrameWriter.Binary(data);

    /// <summary>The reply to an accepted CONNECT.</summary>
    /// <param name="sid">The client's id in this namespace; never the engine's session id.</param>
    /// <param name="pid">The private id for state recovery; null if the server does not recover state.</param>
    /// <param name="ns">The namespace.</param>
    public static byte[] Connected(string sid, string? pid = null, string ns = SocketPacket.RootNamespace)
    {
        byte[] fields = pid is null ? Quoted(sid) : [.. Quoted(sid), .. ",\"pid\":"u8, .. Quoted(pid)];
        return Make("40"u8, -1, ns, default, """{"sid":"""u8, fields, "}"u8);
    }

    /// <summary>The refusal of a CONNECT; the connection stays open.</summary>
    /// <param name="message">The text for the client.</param>
    /// <param name="data">Further data as JSON; empty for none.</param>
    /// <param name="ns">The namespace.</param>
    public static byte[] ConnectError(string message, ReadOnlySpan<byte> data = default, string ns = SocketPacket.RootNamespace)
    {
        byte[] fields = data.IsEmpty ? Quoted(message) : [.. Quoted(message), .. ""","data":"""u8, .. data];
        return Make("44"u8, -1, ns, default, """{"message":"""u8, fields, "}"u8);
    }

    /// <summary>Removes the client from a namespace.</summary>
    public static byte[] Disconnect(string ns = SocketPacket.RootNamespace) => Make("41"u8, -1, ns, default, default, default, default);

    private static byte[] Event(ReadOnlySpan<byte> type, int attachments, string name, ReadOnlySpan<byte> arguments, string ns)
    {
        byte[] opening = arguments.IsEmpty ? [(byte)'[', .. Quoted(name)] : [(byte)'[', .. Quoted(name), (byte)','];
        return Make(type, attachments, ns, default, opening, arguments, "]"u8);
    }

    private static byte[] Make(
        ReadOnlySpan<byte> type,
        int attachments,
        string ns,
        ReadOnlySpan<byte> id,
        ReadOnlySpan<byte> opening,
        ReadOnlySpan<byte> content,
        ReadOnlySpan<byte> closing)
    {
        var count = attachments < 0 ? "" : $"{attachments}-";
        var address = ns == SocketPacket.RootNamespace ? "" : $"{ns},";
        var addressLength = Encoding.UTF8.GetByteCount(address);
        var length = type.Length + count.Length + addressLength + id.Length + opening.Length + content.Length + closing.Length;
        var frame = WebSocketFrameWriter.Allocate(WebSocketOpcode.Text, length, out var rest);
        Put(type, ref rest);
        rest = rest[Encoding.UTF8.GetBytes(count, rest)..];
        rest = rest[Encoding.UTF8.GetBytes(address, rest)..];
        Put(id, ref rest);
        Put(opening, ref rest);
        Put(content, ref rest);
        Put(closing, ref rest);
        return frame;
    }

    private static void Put(ReadOnlySpan<byte> part, ref Span<byte> rest)
    {
        part.CopyTo(rest);
        rest = rest[part.Length..];
    }

    // UTF-8 turns a lone surrogate into the replacement character. The JSON writer would throw an exception.
    private static byte[] Quoted(string text)
    {
        var escaped = JsonEncodedText.Encode(Encoding.UTF8.GetBytes(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return [(byte)'"', .. escaped.EncodedUtf8Bytes, (byte)'"'];
    }
}
