using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Tests.Topics;

public class RepeatTableSpecs
{
    private static readonly ConflationKey Key = ConflationKey.Chain("NIFTY", "2026-11-26");
    private readonly RepeatTable _table = new(capacity: 4);

    [Fact]
    public void The_last_bytes_under_a_new_epoch_are_a_repeat()
    {
        Assert.Null(Note(1, 7, hash: 10));
        Assert.Equal(new Position(1, 7), Note(2, 1, hash: 10));
    }

    [Fact]
    public void The_same_bytes_under_the_same_epoch_are_a_new_update()
    {
        Note(1, 7, hash: 10);
        Assert.Null(Note(1, 8, hash: 10));
    }

    [Fact]
    public void Only_the_last_bytes_count()
    {
        Note(1, 7, hash: 10);
        Note(1, 8, hash: 11);
        Assert.Null(Note(2, 1, hash: 10));
    }

    [Fact]
    public void Every_copy_of_an_update_gets_the_same_answer()
    {
        Note(1, 7, hash: 10);
        Assert.Equal(new Position(1, 7), Note(2, 1, hash: 10));
        Assert.Equal(new Position(1, 7), Note(2, 1, hash: 10));
    }

    [Fact]
    public void A_repeat_of_a_repeat_is_one_of_the_first()
    {
        Note(1, 7, hash: 10);
        Note(2, 1, hash: 10);
        Assert.Equal(new Position(1, 7), Note(3, 1, hash: 10));
    }

    [Fact]
    public void A_late_word_of_the_former_publisher_changes_nothing()
    {
        Note(2, 1, hash: 10);
        Assert.Null(Note(1, 99, hash: 11));
        Assert.Equal(new Position(2, 1), Note(3, 1, hash: 10));
    }

    [Fact]
    public void A_summary_and_an_update_of_one_chain_are_told_apart()
    {
        Note(1, 7, hash: 10);
        Assert.Null(_table.Note(MarketEvent.ChainSummary, Key, new Position(2, 1), 10));
    }

    [Fact]
    public void Keys_that_were_not_heard_of_lately_are_forgotten()
    {
        var table = new Recent<int, int>(4);
        for (var i = 0; i < 1_000; i++)
        {
            table.Set(i, i);
            Assert.True(table.TryGet(0, out _));
            Assert.InRange(table.Count, 1, 8);
        }

        Assert.False(table.TryGet(500, out _));
        Assert.True(table.TryGet(999, out var last) && last == 999);
    }

    private Position? Note(long epoch, long sequence, ulong hash) => _table.Note(MarketEvent.ChainUpdate, Key, new Position(epoch, sequence), hash);
}
