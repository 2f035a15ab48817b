using System.Runtime.InteropServices;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.DirectSockets;

/// <summary>The frames of the write that a thread is about to make; empty again after each.</summary>
internal sealed class DueFrames
{
    // Up to here a copy costs less than pinning each frame for the call.
    private const int JoinedBytes = 16 * 1024;

    // Above it each frame costs a pin for the call, and from nine on the runtime allocates for that.
    private const int MostPinned = 8;

    [ThreadStatic]
    private static DueFrames? _ofThread;

    private byte[]? _joined;

    /// <summary>The calling thread's.</summary>
    public static DueFrames OfThread => _ofThread ??= new();

    /// <summary>The frames' bytes, in order.</summary>
    public List<ArraySegment<byte>> Segments { get; } = [];

    /// <summary>How many bytes that is.</summary>
    public int Bytes { get; private set; }

    /// <summary>Whether they should leave before another one comes.</summary>
    public bool IsFull => Bytes > JoinedBytes && Segments.Count >= MostPinned;

    /// <summary>What remains of these bytes behind the first so many; a new list.</summary>
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

    /// <summary>Adds a frame behind the others.</summary>
    public void Add(Frame frame)
    {
        Segments.Add(MemoryMarshal.TryGetArray(frame.Bytes, out var segment) ? segment : new ArraySegment<byte>(frame.Bytes.ToArray()));
        Bytes += frame.Bytes.Length;
    }

    /// <summary>The frames in one piece, where they are small; valid until the next call.</summary>
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

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        Segments.Clear();
        Bytes = 0;
    }
}
