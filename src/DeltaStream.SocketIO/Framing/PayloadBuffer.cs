using System.Buffers;

namespace DeltaStream.SocketIO.Framing;

/// <summary>
/// Pooled memory that grows with the bytes that have arrived, never with the length that a header announced. An idle connection
/// holds none.
/// </summary>
internal struct PayloadBuffer
{
    private const int Smallest = 256;

    private byte[]? _array;

    public int Length { get; private set; }

    public readonly ReadOnlyMemory<byte> Written => _array.AsMemory(0, Length);

    /// <summary>Makes room for <paramref name="count"/> more bytes and counts them as written.</summary>
    public Span<byte> Extend(int count)
    {
        var needed = checked(Length + count);
        if (needed > (_array?.Length ?? 0)) Grow(needed);
        var room = _array.AsSpan(Length, count);
        Length = needed;
        return room;
    }

    public void Release()
    {
        if (_array is not null) ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        Length = 0;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(Math.Max(Length * 2L, needed), Smallest), Array.MaxLength));
        Written.CopyTo(larger);
        if (_array is not null) ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
