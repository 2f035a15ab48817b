using BenchmarkDotNet.Attributes;
using DeltaStream.SocketIO;

namespace DeltaStream.Benchmarks;

/// <summary>The wire codecs: encoding runs once for an update and all clients of a node, parsing once for a request.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private static readonly byte[] Request = """2["subscribe",{"type":"chain","symbol":"NIFTY"}]"""u8.ToArray();

    [Benchmark]
    public int Encode_an_underlying() => SocketFrames.Event("underlying_update", Samples.Underlying).Length;

    [Benchmark]
    public int Encode_a_chain() => SocketFrames.Event("chain_update", Samples.Chain).Length;

    [Benchmark]
    public bool Parse_a_request() => SocketPacketCodec.TryParse(Request, out _, out _);
}
