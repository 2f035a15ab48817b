using BenchmarkDotNet.Attributes;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Benchmarks;

/// <summary>Decisions of a ClientActor, each once for a delivery.</summary>
[MemoryDiagnoser]
public class ClientBenchmarks
{
    private readonly Outbox _outbox = new(256, 65_536);
    private readonly NodeOrder _order = new(TimeProvider.System);
    private readonly ClientRooms _rooms = new();
    private RoomEvent _event = null!;
    private readonly MarketUpdate _update = Samples.Update("NIFTY", 1);
    private long _sequence;

    public ClientBenchmarks()
    {
        _order.Use(Room.General);
        _rooms.CompleteJoin(_rooms.Enter(Room.General, JoinPurpose.OnConnect), new(_order, Room.General, TimeProvider.System));
        Take_an_update_into_the_nodes_order();
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
        _outbox.Gather(_update);
        return _outbox.TryTake(out _, out _);
    }

    [Benchmark]
    public bool Conflate_in_the_outbox()
    {
        _outbox.Add(_update);
        return _outbox.Add(_update);
    }

    /// <summary>Once an update, room and node, under the node's lock: shared by all clients of the room.</summary>
    [Benchmark]
    public RoomEvent Take_an_update_into_the_nodes_order() => _event = _order.Take(Room.General, Samples.Update("NIFTY", ++_sequence));

    /// <summary>Once a delivery, without a lock: most of them of the same update.</summary>
    [Benchmark]
    public object? Decide_whether_to_deliver() => _rooms.Receive(_event);

    /// <summary>Once a join, under the node's lock.</summary>
    [Benchmark]
    public int Read_a_room() => _order.Read(Room.General, 0, static slot => slot.Update).Values.Count;
}
