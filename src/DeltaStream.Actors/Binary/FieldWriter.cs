using System.Buffers.Binary;
using System.Text;

namespace DeltaStream.Actors.Binary;

/// <summary>
/// Writes the fields of messages between nodes: fixed-size little-endian numbers, and text as UTF-8 after its length (seven
/// bits per byte, low bits first). <see cref="FieldReader"/> reads the same fields in the same order.
/// </summary>
/// <param name="capacity">The initial number of bytes. A writer that is exactly full returns its array without a copy.</param>
public sealed class FieldWriter(int capacity = 128)
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);
    private int _length;

    /// <summary>The bytes that <see cref="Text"/> writes.</summary>
    public static int SizeOf(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        var size = count + 1;
        for (var rest = count; rest > 0x7f; rest >>= 7) size++;
        return size;
    }

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

    /// <summary>A text or null; an empty text is not null.</summary>
    public FieldWriter OptionalText(string? text) => text is null ? Bool(false) : Bool(true).Text(text);

    /// <summary>Bytes after their length.</summary>
    public FieldWriter Bytes(ReadOnlySpan<byte> bytes) => Int32(bytes.Length).Rest(bytes);

    /// <summary>Bytes without a length, at the end of the message.</summary>
    public FieldWriter Rest(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Take(bytes.Length));
        return this;
    }

    /// <summary>A list or null; an empty list is not null.</summary>
    public FieldWriter List<T>(IReadOnlyCollection<T>? items, Action<FieldWriter, T> write)
    {
        Int32(items?.Count ?? -1);
        foreach (var item in items ?? []) write(this, item);
        return this;
    }

    /// <summary>All bytes written so far. The writer must not be used after this call.</summary>
    public byte[] ToBytes() => _length == _bytes.Length ? _bytes : _bytes[.._length];

    private Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        var taken = _bytes.AsSpan(_length, count);
        _length += count;
        return taken;
    }
}
