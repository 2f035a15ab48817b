using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A client in a wide room and in a narrow one of the same key gets each update over whichever of them brings it first.</summary>
public class OverlappingRoomsSpecs : LedgerSpec
{
    public static TheoryData<string, string> Overlaps => new() { { "general", "product:A" }, { "chain:A", $"chain:A:{Expiry}" } };

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Of_two_copies_the_first_is_sent_whichever_it_is(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        Assert.Equal([true, false], Both(wide, narrow, Update(narrow, 1)));
        Assert.Equal([true, false], Both(narrow, wide, Update(narrow, 2)));
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void An_older_copy_behind_a_newer_one_is_superseded(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        Assert.True(Ledger.Receive(narrow, Update(narrow, 1)));
        Assert.True(Ledger.Receive(narrow, Update(narrow, 2)));
        Assert.False(Ledger.Receive(wide, Update(narrow, 1)));
        Assert.False(Ledger.Receive(wide, Update(narrow, 2)));
        Assert.True(Ledger.Receive(wide, Update(narrow, 3)));
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void A_second_copy_is_not_counted_as_superseded(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        foreach (var first in new[] { wide, narrow })
        {
            var from = first == wide ? 1 : 3;
            Assert.True(Ledger.Receive(first, Update(narrow, from)));
            Assert.True(Ledger.Receive(first, Update(narrow, from + 1)));
            foreach (var sequence in new[] { from, from + 1 }) Assert.False(Ledger.Receive(first == wide ? narrow : wide, Update(narrow, sequence)));
        }
        Assert.Equal(0, Ledger.TakeOvertaken());
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Leaving_the_narrow_room_does_not_bring_its_last_value_again_over_the_wide_one(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        Assert.True(Ledger.Receive(narrow, Update(narrow, 1)));
        Ledger.Leave(narrow);
        Assert.False(Ledger.Receive(wide, Update(narrow, 1)));
        Assert.True(Ledger.Receive(wide, Update(narrow, 2)));
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Leaving_the_wide_room_does_not_bring_its_last_value_again_over_the_narrow_one(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        Assert.True(Ledger.Receive(wide, Update(narrow, 1)));
        Ledger.Leave(wide);
        Assert.False(Ledger.Receive(narrow, Update(narrow, 1)));
        Assert.True(Ledger.Receive(narrow, Update(narrow, 2)));
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Joining_the_narrow_room_in_mid_stream_brings_nothing_twice(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Assert.True(Ledger.Receive(wide, Update(narrow, 1)));
        var joined = Begin(narrow);
        Assert.True(Ledger.Receive(wide, Update(narrow, 2)));
        Assert.False(Ledger.Receive(narrow, Update(narrow, 2)));
        Assert.False(Ledger.Receive(narrow, Update(narrow, 3)));
        // The snapshot is behind what came meanwhile: only what nobody sent yet goes out.
        Assert.Equal([3], Complete(joined, Update(narrow, 2)));
        Assert.False(Ledger.Receive(wide, Update(narrow, 3)));
    }

    [Theory]
    [InlineData("general", "general")]
    [InlineData("general", "product:A")]
    [InlineData("chain:A", "chain:A")]
    [InlineData("chain:A", "chain:A:2026-11-26")]
    public void Who_left_a_wide_room_and_comes_back_asks_for_no_less_than_it_had_there(string leftName, string joinedName)
    {
        var (left, joined) = (Parse(leftName), Parse(joinedName));
        Enter(left);
        Assert.True(Ledger.Receive(left, Update(left == Room.General ? Product : Narrow, 7)));
        Ledger.Leave(left);

        var (room, wide) = Ledger.BeginSnapshot(Ledger.Join(joined));
        Assert.Equal(new Position(1, 7), left.Equals(joined) ? room : wide);
    }

    [Fact]
    public void Who_comes_back_to_general_and_then_to_a_narrow_room_asks_for_no_less_than_it_had()
    {
        Enter(Room.General);
        Assert.True(Ledger.Receive(Room.General, Update(Product, 7)));
        Ledger.Leave(Room.General);
        Ledger.Join(Room.General);

        Assert.Equal(new Position(1, 7), Ledger.BeginSnapshot(Ledger.Join(Product)).Wide);
    }

    private List<bool> Both(Room first, Room second, MarketUpdate update) => [Ledger.Receive(first, update), Ledger.Receive(second, update)];
}
