using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What a client in its rooms is sent of the stream, of snapshots, and of what the cache gives.</summary>
public class ClientRoomsSpecs
{
    private static readonly Room Product = Room.Product("A");
    private static readonly Room Wide = Room.Chain("A");
    private static readonly Room Narrow = Room.Chain("A", "2026-11-26");

    private readonly NodeOrder _order = NewNode();
    private readonly ClientRooms _rooms = new();

    public static TheoryData<string, string> Overlaps => new() { { "general", "product:A" }, { "chain:A", "chain:A:2026-11-26" } };

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Of_two_copies_the_first_is_sent_whichever_it_is(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Join(wide);
        Join(narrow);
        foreach (var (first, second, sequence) in new[] { (wide, narrow, 1), (narrow, wide, 2) })
        {
            Assert.NotNull(Receive(first, narrow, sequence));
            Assert.Null(Receive(second, narrow, sequence));
        }
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void An_older_copy_behind_a_newer_one_is_not_sent_and_not_counted_as_superseded(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Join(wide);
        Join(narrow);
        var late = Take(wide, narrow, 1);
        Assert.NotNull(Receive(narrow, narrow, 1));
        Assert.NotNull(Receive(narrow, narrow, 2));
        Assert.Null(_rooms.Receive(late));
        Assert.Null(Receive(wide, narrow, 2));
        Assert.NotNull(Receive(wide, narrow, 3));
        Assert.Equal(0, _rooms.TakeSuperseded());
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Leaving_one_room_does_not_bring_its_last_value_again_over_the_other(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Join(wide);
        Join(narrow);
        Assert.NotNull(Receive(narrow, narrow, 1));
        _rooms.Leave(narrow, _order);
        Assert.Null(Receive(wide, narrow, 1));
        Assert.NotNull(Receive(wide, narrow, 2));
        Join(narrow);
        Assert.NotNull(Receive(wide, narrow, 3));
        _rooms.Leave(wide, _order);
        Assert.Null(Receive(narrow, narrow, 3));
        Assert.NotNull(Receive(narrow, narrow, 4));
    }

    [Fact]
    public void A_snapshot_answers_a_request_with_the_value_the_client_has()
    {
        Join(Room.General);
        Assert.NotNull(Receive(Room.General, Product, 1));
        Assert.Equal([1], Join(Product));
        Assert.True(_rooms.Ask(_rooms.Find(Product)!));
        Assert.Equal([1], CompleteJoin(Product));
    }

    [Fact]
    public void An_update_before_the_snapshot_is_in_it_and_is_not_sent_again()
    {
        var joined = _rooms.Enter(Narrow, JoinPurpose.Snapshot);
        var (early, late) = (Take(Narrow, Narrow, 2), Take(Narrow, Narrow, 3));
        Assert.Null(_rooms.Receive(early));
        Assert.Equal([3], CompleteJoin(joined.Room));
        Assert.Null(_rooms.Receive(late));
        Assert.NotNull(Receive(Narrow, Narrow, 4));
    }

    [Fact]
    public void A_snapshot_ahead_of_the_topic_does_not_come_again_over_it()
    {
        var (other, value) = (Take(Wide, Room.Chain("A", "2026-12-31"), 6), Take(Wide, Narrow, 7));
        Assert.Equal([7, 6], Join(Wide));
        Assert.Null(_rooms.Receive(other));
        Assert.Null(_rooms.Receive(value));
        Assert.NotNull(Receive(Wide, Narrow, 8));
    }

    [Theory]
    [InlineData("general", "product:A")]
    [InlineData("chain:A", "chain:A:2026-11-26")]
    public void An_update_that_a_stored_value_has_overtaken_is_superseded_and_counted(string roomName, string narrowName)
    {
        var (room, narrow) = (Parse(roomName), Parse(narrowName));
        Join(room);
        var late = new[] { Take(room, narrow, 2), Take(room, narrow, 3) };
        _order.TakeStored(Update(narrow, 4), 0);
        Assert.NotNull(_rooms.Receive(_order.GiveMissed(all: true, [], 0).Single(it => it.Room.Equals(room))));
        foreach (var roomEvent in late) Assert.Null(_rooms.Receive(roomEvent));
        Assert.Equal(2, _rooms.TakeSuperseded());
        Assert.Null(Receive(room, narrow, 4));
        Assert.NotNull(Receive(room, narrow, 5));
    }

    [Fact]
    public void Updates_of_a_new_epoch_are_sent_from_sequence_1_on_and_late_updates_of_the_old_epoch_are_not()
    {
        Join(Product);
        Assert.NotNull(Receive(Product, Product, 100));
        Assert.NotNull(Receive(Product, Product, 1, epoch: 2, hash: 7));
        Assert.Null(Receive(Product, Product, 101));
    }

    [Fact]
    public void A_summary_is_another_update_than_its_chain()
    {
        Join(Room.General);
        Join(Narrow);
        var chain = Update(Narrow, 1);
        Assert.NotNull(_rooms.Receive(_order.Take(Room.General, new(MarketEvent.ChainSummary, chain.Key, chain.Position, default, 0, 0))));
        Assert.NotNull(Receive(Narrow, Narrow, 1));
    }

    [Fact]
    public void No_update_of_a_room_that_the_client_left_is_sent()
    {
        Join(Product);
        Assert.True(_rooms.Leave(Product, _order));
        Assert.False(_rooms.Leave(Product, _order));
        Assert.Null(Receive(Product, Product, 1));
        Assert.Equal(0, _rooms.Count);
    }

    [Fact]
    public void Rooms_cover_the_updates_that_belong_to_them()
    {
        Join(Wide);
        Assert.True(_rooms.Covers(Update(Narrow, 1)));
        Assert.False(_rooms.Covers(Update(Product, 1)));
        Join(Product);
        Assert.True(_rooms.Covers(Update(Product, 1)));
        Assert.Equal(["chain:A", "product:A"], _rooms.Rooms.Select(it => it.Room.Name));
    }

    [Fact]
    public void A_client_that_lost_its_subscriptions_gets_the_missed_updates_once()
    {
        Join(Wide);
        Assert.NotNull(Receive(Wide, Narrow, 1));
        var missed = Take(Wide, Room.Chain("A", "2026-12-31"), 2);
        _rooms.JoinAgain();
        Assert.Null(_rooms.Receive(missed));
        Assert.Equal([2], CompleteJoin(Wide));
    }

    [Fact]
    public void The_number_of_marks_of_left_narrow_rooms_is_bounded()
    {
        Join(Room.General);
        for (var i = 0; i < 1_000; i++)
        {
            Join(Room.Product($"P{i}"));
            _rooms.Leave(Room.Product($"P{i}"), _order);
        }

        Assert.Equal(1, _rooms.Count);
        Assert.NotNull(Receive(Room.General, Product, 1));
    }

    [Fact]
    public void The_snapshot_after_a_move_holds_only_values_that_are_new_to_the_client()
    {
        var (far, next) = (Room.Chain("A", "2026-12-31"), NewNode());
        Settle(_order);
        Join(Wide);
        Assert.NotNull(Receive(Wide, Narrow, 5));
        var moved = _rooms.Move(_order, []);
        foreach (var (room, sequence) in new[] { (Narrow, 5), (far, 6) }) next.Take(Wide, Update(room, sequence));
        var second = Arrive(moved, next);
        Assert.Equal([6], second.CompleteJoin(second.Find(Wide)!, View(next, Wide)).Select(it => it.Position.Sequence));
        Assert.NotNull(second.Receive(next.Take(Wide, Update(Narrow, 7))));
    }

    [Fact]
    public void A_waiting_chain_that_did_not_move_along_comes_from_the_next_node()
    {
        var next = NewNode();
        Settle(_order);
        Join(Wide);
        var waiting = Receive(Wide, Narrow, 5)!;
        var moved = _rooms.Move(_order, [waiting]);
        Assert.Equal([(MarketEvent.ChainUpdate, waiting.Key, waiting.Position)], moved.NotReceived);
        next.Take(Wide, Update(Narrow, 5));
        var second = Arrive(moved, next);
        Assert.Equal([5], second.CompleteJoin(second.Find(Wide)!, View(next, Wide)).Select(it => it.Position.Sequence));
    }

    private static NodeOrder NewNode()
    {
        var order = new NodeOrder(TimeProvider.System);
        foreach (var room in new[] { Room.General, Product, Wide, Narrow }) order.Ready(order.Use(room));
        return order;
    }

    private static void Settle(NodeOrder order)
    {
        order.Begin(1);
        order.GiveMissed(all: false, [.. new[] { Room.General, Wide }.Select(order.Use)], 1);
    }

    private static ClientRooms Arrive(MovedRooms moved, NodeOrder next)
    {
        Settle(next);
        var rooms = new ClientRooms();
        rooms.Arrive(moved);
        return rooms;
    }

    private static RoomView View(NodeOrder order, Room room) => new(order, room, new FakeTimeProvider(DateTimeOffset.UnixEpoch));

    private static Room Parse(string name) => Room.TryParse(name, out var room) ? room! : throw new ArgumentException(name);

    private static MarketUpdate Update(Room narrow, long sequence, long epoch = 1, ulong hash = 0)
    {
        var key = narrow.SingleKey!.Value;
        return new(key.Event, key, new(epoch, sequence), default, hash == 0 ? (ulong)sequence : hash, 1);
    }

    private IEnumerable<long> Join(Room room)
    {
        _rooms.Enter(room, JoinPurpose.Snapshot);
        return CompleteJoin(room);
    }

    private List<long> CompleteJoin(Room room) => [.. _rooms.CompleteJoin(_rooms.Find(room)!, View(_order, room)).Select(update => update.Position.Sequence)];

    private RoomEvent Take(Room room, Room narrow, long sequence, long epoch = 1, ulong hash = 0) => _order.Take(room, Update(narrow, sequence, epoch, hash));

    private MarketUpdate? Receive(Room room, Room narrow, long sequence, long epoch = 1, ulong hash = 0) => _rooms.Receive(Take(room, narrow, sequence, epoch, hash));
}
