using System.Buffers;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests.Framing;

/// <summary>What a reader made of some bytes: its messages, and how it was left.</summary>
internal static class FrameReading
{
    public static IEnumerable<ReadOnlySequence<byte>> Whole(byte[] bytes) => [new ReadOnlySequence<byte>(bytes)];

    /// <summary>Each piece a read of its own.</summary>
    public static IEnumerable<ReadOnlySequence<byte>> InPieces(byte[] bytes, Func<int> length)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var end = Math.Min(bytes.Length, at + Math.Max(1, length()));
            yield return new ReadOnlySequence<byte>(bytes, at, end - at);
            at = end;
        }
    }

    /// <summary>One read, its sequence in segments.</summary>
    public static ReadOnlySequence<byte> Segmented(byte[] bytes, int length)
    {
        var first = new Segment(bytes.AsMemory(0, Math.Min(length, bytes.Length)), 0);
        var last = first;
        for (var at = last.Memory.Length; at < bytes.Length; at += last.Memory.Length)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(length, bytes.Length - at)));
        }
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    public static (List<string> Messages, WebSocketFailure? Failure) Read(
        WebSocketFrameReader reader, IEnumerable<ReadOnlySequence<byte>> reads)
    {
        var messages = new List<string>();
        foreach (var read in reads)
        {
            var input = read;
            WebSocketReadStatus status;
            while ((status = reader.TryRead(ref input, out var message)) == WebSocketReadStatus.Message)
            {
                messages.Add($"{message.Opcode}:{Convert.ToHexStringLower(message.Data.Span)}");
            }
            if (status == WebSocketReadStatus.Failed) break;
            Assert.True(input.IsEmpty);
        }
        return (messages, reader.Failure);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
