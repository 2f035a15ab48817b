using System.Numerics;
using System.Runtime.InteropServices;

namespace DeltaStream.SocketIO.Framing;

/// <summary>The masking of RFC 6455, section 5.3. Masking and unmasking are the same operation.</summary>
internal static class WebSocketMask
{
    /// <summary>Unmasks in place.</summary>
    /// <param name="data">A part of a payload.</param>
    /// <param name="mask">The key from the header, read as little-endian.</param>
    /// <param name="offset">The position of the part in the payload, in bytes.</param>
    public static void Apply(Span<byte> data, uint mask, long offset)
    {
        var key = BitOperations.RotateRight(mask, (int)(offset & 3) * 8);
        var wide = key | ((ulong)key << 32);
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        // The key was read as little-endian; a big-endian machine reads the words of the payload in the other byte order.
        if (!BitConverter.IsLittleEndian) wide = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(wide);
        for (var i = 0; i < words.Length; i++) words[i] ^= wide;
        for (var i = words.Length * sizeof(ulong); i < data.Length; i++) data[i] ^= (byte)(key >> ((i & 3) * 8));
    }
}
