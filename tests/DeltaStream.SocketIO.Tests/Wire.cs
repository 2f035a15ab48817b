using System.Text;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests;

/// <summary>Text and bytes, as the tables of these specs write them.</summary>
internal static class Wire
{
    public static ReadOnlyMemory<byte> Utf8(this string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The payload of a server's frame.</summary>
    public static ReadOnlyMemory<byte> Payload(this byte[] frame) => frame.AsMemory(frame.Length - WebSocketFrameWriter.PayloadOf(frame).Length);

    public static string Text(this ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static string Text(this ReadOnlyMemory<byte>? bytes) => bytes is { } some ? some.Text() : "none";
}
