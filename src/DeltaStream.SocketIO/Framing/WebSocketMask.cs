using System.Numerics;
using System.Runtime.InteropServices;

namespace DeltaStream.SocketIO.Framing;

/// <summary>The masking of RFC 6455, section 5.3; masking and unmasking are the same.</summary>
internal static class WebSocketMask
{
    /// <summary>Unmasks in place.</summary>
    /// <param name="data">A part of a payload.</param>
    /// <param name="mask">The key as it stands in the header, read little-endian.</param>
    /// <param name="offset">Where in the payload the part begins.</param>
    public static void Apply(Span<byte> data, uint mask, long offset)
    {
        var key = BitOperations.RotateRight(mask, (int)(offset & 3) * 8);
        var wide = key | ((ulong)key << 32);
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        // The key lies in memory as the header has it, so the words are compared in that order too.
        if (!BitConverter.IsLittleEndian) wide = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(wide);
        for (var i = 0; i < words.Length; i++) words[i] ^= wide;
        for (var i = words.Length * sizeof(ulong); i < data.Length; i++) data[i] ^= (byte)(key >> ((i & 3) * 8));
    }
}
