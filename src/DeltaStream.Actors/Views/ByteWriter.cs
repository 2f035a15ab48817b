using System.Buffers.Text;

namespace DeltaStream.Actors.Views;

/// <summary>A buffer that grows, for JSON that is put together from texts.</summary>
internal sealed class ByteWriter
{
    // A buffer that a very large document needed is not kept.
    private const int MostKept = 1024 * 1024;

    [ThreadStatic]
    private static ByteWriter? _shared;

    private byte[] _buffer = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>The thread's own buffer, empty. Its content is copied before anybody else can ask for it.</summary>
    public static ByteWriter Shared()
    {
        var writer = _shared ??= new();
        if (writer._buffer.Length > MostKept) writer._buffer = new byte[4096];
        writer.Length = 0;
        return writer;
    }

    public byte[] ToArray() => Written.ToArray();

    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Free(text.Length));
        Length += text.Length;
    }

    public void Add(char sign)
    {
        Free(1)[0] = (byte)sign;
        Length++;
    }

    public void Add(long number)
    {
        Utf8Formatter.TryFormat(number, Free(20), out var count);
        Length += count;
    }

    /// <summary>Takes back what was written after a length.</summary>
    public void CutTo(int length) => Length = length;

    private Span<byte> Free(int count)
    {
        if (_buffer.Length - Length < count) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        return _buffer.AsSpan(Length);
    }
}
