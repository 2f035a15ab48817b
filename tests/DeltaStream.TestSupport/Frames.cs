using System.Buffers.Binary;
using System.Text;

namespace DeltaStream.TestSupport;

/// <summary>WebSocket frames of a client, right ones and wrong ones.</summary>
public static class Frames
{
    public static byte[] Text(string text) => Of(0x81, Encoding.UTF8.GetBytes(text));

    /// <summary>A frame.</summary>
    /// <param name="first">Its first byte: flags and opcode.</param>
    /// <param name="masked">Whether it is masked, as a client's must be.</param>
    /// <param name="claims">The length that it claims to have, where that is not the payload's.</param>
    public static byte[] Of(byte first, ReadOnlySpan<byte> payload, bool masked = true, long? claims = null)
    {
        var length = claims ?? payload.Length;
        var bytes = new List<byte> { first };
        var mask = (byte)(masked ? 0x80 : 0);
        Span<byte> large = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(large, length);
        if (length is >= 0 and < 126)
        {
            bytes.Add((byte)(mask | length));
        }
        else if (length is >= 0 and < 65536)
        {
            bytes.Add((byte)(mask | 126));
            bytes.AddRange(large[6..]);
        }
        else
        {
            bytes.Add((byte)(mask | 127));
            bytes.AddRange(large);
        }
        ReadOnlySpan<byte> key = [0x12, 0x34, 0x56, 0x78];
        if (masked) bytes.AddRange(key);
        for (var i = 0; i < payload.Length; i++) bytes.Add((byte)(masked ? payload[i] ^ key[i % 4] : payload[i]));
        return [.. bytes];
    }
}
