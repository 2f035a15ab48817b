using Akka.Actor;
using BenchmarkDotNet.Attributes;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Benchmarks;

/// <summary>The serializer between nodes runs once for an update and node, however many clients the node has.</summary>
[MemoryDiagnoser]
public class SerializerBenchmarks
{
    private static readonly RoomEvent Event = new(Room.General, Samples.Update("NIFTY", 1));
    private static readonly RoomEvent ChainEvent = new(Room.Chain("NIFTY"),
        new MarketUpdate(MarketEvent.ChainUpdate, ConflationKey.Chain("NIFTY", "2026-11-26"), new Position(1, 1), Samples.Chain, 1, 0));

    private ActorSystem _system = null!;
    private RoomEventSerializer _serializer = null!;
    private byte[] _written = null!;

    [GlobalSetup]
    public void Start()
    {
        _system = ActorSystem.Create("benchmark", TopicsHosting.Hocon);
        _serializer = (RoomEventSerializer)_system.Serialization.FindSerializerForType(typeof(RoomEvent));
        _written = _serializer.ToBinary(Event);
    }

    [GlobalCleanup]
    public Task StopAsync() => _system.Terminate();

    [Benchmark]
    public byte[] Write_an_underlying() => _serializer.ToBinary(Event);

    [Benchmark]
    public byte[] Write_a_chain() => _serializer.ToBinary(ChainEvent);

    [Benchmark]
    public object Read_an_underlying() => _serializer.FromBinary(_written, _serializer.Manifest(Event));
}
