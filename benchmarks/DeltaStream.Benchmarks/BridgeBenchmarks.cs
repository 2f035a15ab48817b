using BenchmarkDotNet.Attributes;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;

namespace DeltaStream.Benchmarks;

/// <summary>Steps of the bridge, each once for a message from Redis.</summary>
[MemoryDiagnoser]
public class BridgeBenchmarks
{
    private const int MaxBytes = 1 << 20;
    private static readonly ConflationKey Key = ConflationKey.Underlying("NIFTY");
    private readonly ConflationBuffer<byte[]> _buffer = new(maxRate: 0, maxKeys: 20_000);

    [Benchmark]
    public bool Read_an_underlying() => EnrichedMessage.TryRead(MessageKind.Underlying, Samples.Underlying, 0, MaxBytes, out _, out _);

    [Benchmark]
    public bool Read_a_chain() => EnrichedMessage.TryRead(MessageKind.Chain, Samples.Chain, 0, MaxBytes, out _, out _);

    [Benchmark]
    public int Read_a_chain_and_write_its_summary() =>
        EnrichedMessage.TryRead(MessageKind.Chain, Samples.Chain, 0, MaxBytes, out var message, out _) ? message!.Summary().Length : 0;

    [Benchmark]
    public bool Conflate_one_over_another_and_take_it()
    {
        _buffer.Offer(Key, Samples.Underlying, TimeSpan.Zero);
        _buffer.Offer(Key, Samples.Underlying, TimeSpan.Zero);
        return _buffer.TryTake(TimeSpan.Zero, out _);
    }
}
