using DeltaStream.Actors.Agreement;

namespace DeltaStream.Actors.Tests.Agreement;

public class StoreAgreementSpecs
{
    private readonly StoreAgreement _agreement = new("b:1");

    [Fact]
    public void Nodes_of_one_store_agree()
    {
        Say(0, ("a:1", "x"), ("b:1", "x"), ("c:1", "x"));
        Say(10, ("a:1", "x"), ("b:1", "x"), ("c:1", "x"));
        Assert.Empty(_agreement.Differing);
        Assert.False(_agreement.IsOutvoted);
    }

    [Fact]
    public void Nodes_with_another_store_are_reported_after_five_seconds()
    {
        Say(0, ("a:1", "x"), ("b:1", "x"), ("c:1", "y"));
        Assert.Empty(_agreement.Differing);
        Say(5, ("a:1", "x"), ("b:1", "x"), ("c:1", "y"));
        Assert.Equal(["c:1"], _agreement.Differing);
        Assert.False(_agreement.IsOutvoted);
        Say(6, ("c:1", "x"));
        Assert.Empty(_agreement.Differing);
    }

    [Fact]
    public void Nodes_that_notice_a_flush_at_different_times_do_not_differ()
    {
        Say(0, ("a:1", "new"), ("b:1", "old"), ("c:1", "old"));
        Say(2, ("a:1", "new"), ("b:1", "new"), ("c:1", "old"));
        Say(6, ("a:1", "new"), ("b:1", "new"), ("c:1", "new"));
        Say(8, ("a:1", "new"), ("b:1", "new"), ("c:1", "new"));
        Assert.Empty(_agreement.Differing);
    }

    [Fact]
    public void The_smaller_group_is_outvoted_and_of_two_halves_the_one_without_the_lowest_address()
    {
        Say(0, ("a:1", "x"), ("b:1", "y"));
        Say(5, ("a:1", "x"), ("b:1", "y"));
        Assert.True(_agreement.IsOutvoted);
        Say(6, ("a:1", "x"), ("b:1", "y"), ("c:1", "y"));
        Assert.False(_agreement.IsOutvoted);
        Assert.Equal(["a:1"], _agreement.Differing);
    }

    [Fact]
    public void A_silent_node_and_a_node_without_a_store_are_not_compared()
    {
        Say(0, ("a:1", "x"), ("b:1", "y"));
        Say(5, ("a:1", "x"), ("b:1", "y"));
        Say(14, ("b:1", "y"));
        Assert.Empty(_agreement.Differing);
        Say(15, ("a:1", "x"));
        Say(30, ("a:1", "x"));
        Assert.Empty(_agreement.Differing);
        Assert.False(_agreement.IsOutvoted);
    }

    private void Say(int second, params (string Node, string Store)[] words)
    {
        foreach (var (node, store) in words) _agreement.Heard(node, store, TimeSpan.FromSeconds(second));
        _agreement.Judge(TimeSpan.FromSeconds(second));
    }
}
