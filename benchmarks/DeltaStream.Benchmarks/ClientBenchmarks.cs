using BenchmarkDotNet.Attributes;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Benchmarks;

/// <summary>Decisions of a ClientActor, each once for a delivery.</summary>
[MemoryDiagnoser]
public class ClientBenchmarks
{
    private readonly Outbox _outbox = new(256, 65_536);
    private readonly DeliveryLedger _ledger = new();
    private readonly MarketUpdate _update = Samples.Update("NIFTY", 1);
    private long _sequence;

    public ClientBenchmarks()
    {
        var general = _ledger.Join(Room.General);
        _ledger.BeginSnapshot(general);
        _ledger.Complete(general, [], isComplete: true, Position.None, serial: 0, new List<MarketUpdate>());
    }

    [Benchmark]
    public bool Put_into_the_outbox_and_take_out()
    {
        _outbox.Add(_update);
        return _outbox.TryTake(out _, out _);
    }

    [Benchmark]
    public bool Put_what_is_due_and_take_it()
    {
        _outbox.AddDue(_update);
        return _outbox.TryTake(out _, out _);
    }

    [Benchmark]
    public bool Conflate_in_the_outbox()
    {
        _outbox.Add(_update);
        return _outbox.Add(_update);
    }

    [Benchmark]
    public bool Decide_whether_to_deliver() => _ledger.Receive(Room.General, Samples.Update("NIFTY", ++_sequence));
}
