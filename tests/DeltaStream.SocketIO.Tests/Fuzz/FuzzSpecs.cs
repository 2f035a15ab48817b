using System.Buffers;
using System.Text;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;
using DeltaStream.SocketIO.Tests.Framing;
using Xunit.Abstractions;

namespace DeltaStream.SocketIO.Tests.Fuzz;

/// <summary>Alone, because it measures the heap of the whole process.</summary>
[CollectionDefinition(nameof(FuzzSpecs), DisableParallelization = true)]
public sealed class FuzzCollection;

/// <summary>
/// More than a million random and mutated inputs: no exception, no hang, no growth. FUZZ_SEED runs a run again, FUZZ_FACTOR
/// makes it longer.
/// </summary>
[Collection(nameof(FuzzSpecs))]
public sealed class FuzzSpecs(ITestOutputHelper output)
{
    private const int TimeoutMilliseconds = 120_000;
    private const long MaxGrowthBytes = 1_000_000;

    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var seed) ? seed : Random.Shared.Next();

    private static readonly int Factor =
        int.TryParse(Environment.GetEnvironmentVariable("FUZZ_FACTOR"), out var factor) ? factor : 1;

    [Fact(Timeout = TimeoutMilliseconds)]
    public Task Random_socket_packets_are_read_or_refused() => Fuzz(400_000, Corpus.SocketPackets, (input, random) =>
    {
        if (!SocketPacketCodec.TryParse(input, out var packet, out var error)) return error != SocketParseError.None;
        return packet.IsBinary ? IsBounded(packet, random) : IsStable(packet);
    });

    [Fact(Timeout = TimeoutMilliseconds)]
    public Task Random_polling_payloads_are_read_or_refused() => Fuzz(300_000, Corpus.PollingPayloads, (input, _) =>
    {
        var reader = new PollingPayloadReader(input);
        var packets = 0;
        PollingReadStatus status;
        while ((status = reader.Read(out var packet)) == PollingReadStatus.Packet)
        {
            if (++packets > input.Length) return false;
            if (packet.Data.Length > input.Length) return false;
        }
        return status == PollingReadStatus.Malformed || packets > 0;
    });

    [Fact(Timeout = TimeoutMilliseconds)]
    public Task Random_frames_read_the_same_in_random_pieces() => Fuzz(300_000, Corpus.Frames, (input, random) =>
    {
        const int limit = 200;
        var bytes = input.ToArray();
        using var whole = new WebSocketFrameReader(limit);
        using var pieces = new WebSocketFrameReader(limit);
        var one = FrameReading.Read(whole, FrameReading.Whole(bytes));
        var other = FrameReading.Read(pieces, FrameReading.InPieces(bytes, () => 1 + random.Next(20)));
        return one.Failure == other.Failure && one.Messages.SequenceEqual(other.Messages)
            && one.Messages.TrueForAll(message => message.Length <= (2 * limit) + 7);
    });

    [Fact(Timeout = TimeoutMilliseconds)]
    public Task Random_engine_packets_and_queries_are_read_or_refused() => Fuzz(200_000, Corpus.Queries, (input, random) =>
    {
        if (EnginePacketCodec.TryParseText(input, out var packet))
        {
            var again = new ArrayBufferWriter<byte>();
            EnginePacketCodec.Write(again, packet);
            if (!again.WrittenSpan.SequenceEqual(input.Span)) return false;
        }
        var query = Encoding.Latin1.GetString(input.Span);
        _ = WebSocketHandshake.TryAccept(query, out _);
        return EngineRequest.TryParse(random.Next(2) == 0 ? "GET" : "POST", query, random.Next(2) == 0, out var request, out var error)
            ? request.Sid is not { Length: 0 }
            : error is not null;
    });

    private async Task Fuzz(int count, IReadOnlyList<byte[]> seeds, Func<ReadOnlyMemory<byte>, Random, bool> holds)
    {
        output.WriteLine($"FUZZ_SEED={Seed}");
        await Task.Yield();
        var random = new Random(Seed);
        var mutator = new Mutator(random, seeds);
        // What is made once (pools, caches, compiled code) is there after the first part.
        Run(count / 10, mutator, random, holds);
        var before = GC.GetTotalMemory(true);
        Run(count * Factor, mutator, random, holds);
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, MaxGrowthBytes);
    }

    private static void Run(int count, Mutator mutator, Random random, Func<ReadOnlyMemory<byte>, Random, bool> holds)
    {
        for (var i = 0; i < count; i++)
        {
            var input = mutator.Next();
            try
            {
                if (holds(input, random)) continue;
            }
            catch (Exception e)
            {
                Assert.Fail($"FUZZ_SEED={Seed}, input {Convert.ToHexString(input.Span)}: {e}");
            }
            Assert.Fail($"FUZZ_SEED={Seed}, input {Convert.ToHexString(input.Span)}");
        }
    }

    /// <summary>Whether an event, written again, reads as the same event.</summary>
    private static bool IsStable(SocketPacket packet)
    {
        if (packet.Type != SocketPacketType.Event || packet.Event.Name.Contains('\uFFFD')) return true;
        var frame = SocketFrames.Event(packet.Event.Name, packet.Event.Arguments.Span, packet.Namespace);
        return SocketPacketCodec.TryParse(frame.Payload()[1..], out var again, out _)
            && again.Event.Name == packet.Event.Name
            && again.Event.Arguments.Span.SequenceEqual(packet.Event.Arguments.Span);
    }

    /// <summary>Whether a binary packet is refused or whole after exactly the attachments that it announced.</summary>
    private static bool IsBounded(SocketPacket packet, Random random)
    {
        var reassembler = new BinaryReassembler();
        if (reassembler.Begin(packet, out var message) != SocketParseError.None) return !reassembler.IsPending;
        for (var i = 0; i < packet.Attachments; i++)
        {
            if (message is not null) return false;
            reassembler.Add(new byte[random.Next(10)], out message);
        }
        return message?.Attachments.Count == packet.Attachments && packet.Attachments <= SocketPacketCodec.MaxAttachments;
    }
}
