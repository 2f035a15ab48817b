using System.Buffers.Binary;
using System.Text;

namespace DeltaStream.Actors.Topics;

/// <summary>Writes the fields of a message between nodes: fixed-size numbers, little-endian, and short texts with a length byte.</summary>
internal ref struct FieldWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Position { get; private set; }

    public static int SizeOf(string? text) => 1 + (text?.Length ?? 0);

    public void Byte(byte value) => _buffer[Position++] = value;

    public void UInt16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), checked((ushort)value));

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>ASCII, as symbols, expiries and addresses are; null as the empty text.</summary>
    public void Text(string? text)
    {
        Byte(checked((byte)(text?.Length ?? 0)));
        if (text is not null) Encoding.ASCII.GetBytes(text, Take(text.Length));
    }

    private Span<byte> Take(int count)
    {
        var taken = _buffer.Slice(Position, count);
        Position += count;
        return taken;
    }
}

/// <summary>Reads them back. What stands behind the last known field is a newer version's, and left alone.</summary>
/// <remarks>Throws <see cref="ArgumentOutOfRangeException"/> where the bytes end too early.</remarks>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Remaining => _rest.Length;

    public byte Byte() => Take(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public string Text() => Encoding.ASCII.GetString(Take(Byte()));

    public FieldReader Nested(int length) => new(Take(length));

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
