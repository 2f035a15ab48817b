using DeltaStream.Actors.Clients;

namespace DeltaStream.Actors.Tests.Clients;

public class DueTimesSpecs
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private readonly DueTimes<string> _due = new();

    [Fact]
    public void Items_come_in_the_order_of_their_times_and_none_before_its_time()
    {
        Set("late", 30);
        Set("early", 10);
        Set("as early", 10);
        Assert.Equal(Start.AddSeconds(10), _due.Next);
        Assert.Empty(TakeAll(9));
        Assert.Equal(["early", "as early"], TakeAll(29));
        Assert.Equal(["late"], TakeAll(30));
        Assert.Null(_due.Next);
    }

    [Fact]
    public void An_item_has_one_time_the_last_that_was_set()
    {
        Set("a", 10);
        Set("a", 20);
        Assert.Equal(1, _due.Count);
        Assert.Empty(TakeAll(10));
        Set("a", 5);
        Assert.Equal(["a"], TakeAll(10));
        Assert.Empty(TakeAll(20));
    }

    [Fact]
    public void A_forgotten_item_leaves_nothing_behind()
    {
        Set("a", 10);
        _due.Remove("a");
        _due.Remove("never set");
        Assert.Equal(0, _due.Count);
        Assert.Null(_due.Next);
    }

    [Fact]
    public void The_mark_comes_back_with_the_item()
    {
        _due.Set("a", Start.AddSeconds(1), Start.AddHours(1));
        Assert.True(_due.TryTake(Start.AddSeconds(1), out _, out var mark));
        Assert.Equal(Start.AddHours(1), mark);
    }

    private void Set(string item, int second) => _due.Set(item, Start.AddSeconds(second), default);

    private List<string> TakeAll(int second)
    {
        var taken = new List<string>();
        while (_due.TryTake(Start.AddSeconds(second), out var item, out _)) taken.Add(item);
        return taken;
    }
}
