using Akka.Actor;
using DeltaStream.Actors.Lease;

namespace DeltaStream.Actors.Tests.Lease;

public class ClusterReachSpecs
{
    private readonly ClusterReach _reach = new(TimeSpan.FromMilliseconds(700));

    [Fact]
    public void A_node_alone_reaches_its_cluster() => Assert.True(_reach.IsEnough(At(10_000)));

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(2, 1, true)]
    [InlineData(3, 0, false)]
    [InlineData(3, 1, true)]
    [InlineData(4, 1, false)]
    [InlineData(4, 2, true)]
    public void Half_of_the_members_are_enough(int others, int heard, bool enough)
    {
        for (var i = 0; i < others; i++) _reach.Joined(Node(i), At(0));
        Assert.True(_reach.IsEnough(At(700)));
        for (var i = 0; i < heard; i++) _reach.Heard(Node(i), At(500));
        Assert.Equal(enough, _reach.IsEnough(At(701)));
    }

    [Fact]
    public void A_member_that_left_does_not_count()
    {
        _reach.Joined(Node(1), At(0));
        _reach.Joined(Node(2), At(0));
        _reach.Left(Node(1));
        Assert.True(_reach.IsEnough(At(5_000)));
        _reach.Heard(Node(1), At(5_000));
        Assert.Equal([Node(2)], _reach.Others);
    }

    private static Address Node(int i) => new("akka.tcp", "deltastream", "10.0.0." + i, 4053);

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
