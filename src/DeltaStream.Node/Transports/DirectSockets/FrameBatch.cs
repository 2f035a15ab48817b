using System.Runtime.InteropServices;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.DirectSockets;

/// <summary>Collects the frames of one write on the current thread; it is empty again after each write.</summary>
internal sealed class FrameBatch
{
    // Up to this size a copy costs less than pinning each frame for the call.
    private const int JoinedBytes = 16 * 1024;

    // Above that size each frame costs a pin for the call, and from nine frames on the runtime allocates memory for the pins.
    private const int MostPinned = 8;

    [ThreadStatic]
    private static FrameBatch? _ofThread;

    private byte[]? _joined;

    /// <summary>The collector of the calling thread.</summary>
    public static FrameBatch OfThread => _ofThread ??= new();

    /// <summary>The frames' bytes, in order.</summary>
    public List<ArraySegment<byte>> Segments { get; } = [];

    public int Bytes { get; private set; }

    /// <summary>Whether the frames should be sent before another is added.</summary>
    public bool IsFull => Bytes > JoinedBytes && Segments.Count >= MostPinned;

    /// <summary>The segments without their first <paramref name="count"/> bytes, in a new list.</summary>
    public static List<ArraySegment<byte>> After(List<ArraySegment<byte>> segments, int count)
    {
        var rest = new List<ArraySegment<byte>>();
        foreach (var segment in segments)
        {
            if (count < segment.Count) rest.Add(segment[count..]);
            count = Math.Max(0, count - segment.Count);
        }
        return rest;
    }

    public void Add(Frame frame)
    {
        Segments.Add(MemoryMarshal.TryGetArray(frame.Bytes, out var segment) ? segment : new ArraySegment<byte>(frame.Bytes.ToArray()));
        Bytes += frame.Bytes.Length;
    }

    /// <summary>The frames in one piece, if they are small; valid until the next call.</summary>
    public bool TryJoin(out ReadOnlySpan<byte> joined)
    {
        joined = default;
        if (Bytes > JoinedBytes) return false;
        _joined ??= GC.AllocateUninitializedArray<byte>(JoinedBytes);
        var length = 0;
        foreach (var segment in Segments)
        {
            segment.AsSpan().CopyTo(_joined.AsSpan(length));
            length += segment.Count;
        }
        joined = _joined.AsSpan(0, length);
        return true;
    }

    public void Clear()
    {
        Segments.Clear();
        Bytes = 0;
    }
}
