using System.Buffers.Binary;
using System.Text;

namespace DeltaStream.Actors.Binary;

/// <summary>
/// Writes what nodes tell each other: numbers little-endian and of fixed size, texts as UTF-8 behind their length (seven bits a
/// byte, the low ones first). <see cref="FieldReader"/> reads the same fields in the same order.
/// </summary>
/// <param name="capacity">The bytes to begin with. A writer that is exactly filled gives its array away without a copy.</param>
public sealed class FieldWriter(int capacity = 128)
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);
    private int _length;

    public FieldWriter Byte(byte value)
    {
        Take(1)[0] = value;
        return this;
    }

    public FieldWriter Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public FieldWriter UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Take(2), checked((ushort)value));
        return this;
    }

    public FieldWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);
        return this;
    }

    public FieldWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
        return this;
    }

    public FieldWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);
        return this;
    }

    public FieldWriter Text(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        var rest = (uint)count;
        for (; rest > 0x7f; rest >>= 7) Byte((byte)(rest | 0x80));
        Byte((byte)rest);
        Encoding.UTF8.GetBytes(text, Take(count));
        return this;
    }

    /// <summary>A text or null, which are told apart.</summary>
    public FieldWriter OptionalText(string? text) => text is null ? Bool(false) : Bool(true).Text(text);

    /// <summary>Bytes behind their length.</summary>
    public FieldWriter Bytes(ReadOnlySpan<byte> bytes) => Int32(bytes.Length).Rest(bytes);

    /// <summary>Bytes without a length: the message ends with them.</summary>
    public FieldWriter Rest(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Take(bytes.Length));
        return this;
    }

    /// <summary>A list or null, which are told apart.</summary>
    public FieldWriter List<T>(IReadOnlyCollection<T>? items, Action<FieldWriter, T> write)
    {
        Int32(items?.Count ?? -1);
        foreach (var item in items ?? []) write(this, item);
        return this;
    }

    /// <summary>Everything written. The writer is not used after this.</summary>
    public byte[] ToBytes() => _length == _bytes.Length ? _bytes : _bytes[.._length];

    private Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        var taken = _bytes.AsSpan(_length, count);
        _length += count;
        return taken;
    }
}
