using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using System.Text;

namespace DeltaStream.Actors.Binary;

/// <summary>
/// Reads the fields that a <see cref="FieldWriter"/> of another node wrote. Malformed bytes throw a <see
/// cref="SerializationException"/> and never allocate more memory than there are bytes. Fields after the last known one come
/// from a newer version and are ignored.
/// </summary>
public sealed class FieldReader(ReadOnlyMemory<byte> bytes)
{
    private ReadOnlyMemory<byte> _rest = bytes;

    /// <summary>True if there are further fields. An older version may have written fewer of them.</summary>
    public bool HasMore => !_rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public bool Bool() => Byte() != 0;

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A one-byte enum value. An unknown value throws.</summary>
    public T Enum<T>() where T : struct, Enum
    {
        var value = Unsafe.BitCast<byte, T>(Byte());
        return System.Enum.IsDefined(value) ? value : throw new SerializationException($"no {typeof(T).Name} is {value:D}");
    }

    public string Text()
    {
        uint count = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            count |= (next & 0x7fu) << shift;
            if (next <= 0x7f) break;
            if (shift == 28) throw new SerializationException("a length of more than five bytes");
        }

        return Encoding.UTF8.GetString(Take((int)count));
    }

    public string? OptionalText() => Bool() ? Text() : null;

    /// <summary>Bytes after their length. The result is a slice, not a copy.</summary>
    public ReadOnlyMemory<byte> Bytes() => Slice(Int32());

    /// <summary>All remaining bytes. The result is a slice, not a copy.</summary>
    public ReadOnlyMemory<byte> Rest() => Slice(_rest.Length);

    /// <summary>A reader of the next bytes. They may end with fields that this version does not know.</summary>
    public FieldReader Nested(int length) => new(Slice(length));

    public List<T>? List<T>(Func<FieldReader, T> read)
    {
        var count = Int32();
        if (count < 0) return null;
        // The list grows with the items that are present, because the count may be wrong.
        var items = new List<T>();
        for (var i = 0; i < count; i++) items.Add(read(this));
        return items;
    }

    private ReadOnlySpan<byte> Take(int count) => Slice(count).Span;

    private ReadOnlyMemory<byte> Slice(int count)
    {
        if ((uint)count > (uint)_rest.Length) throw new SerializationException($"{_rest.Length} bytes of {count}");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
