using DeltaStream.Node.Redis;

namespace DeltaStream.Node.Tests.Redis;

public sealed class PrimaryChoiceSpecs
{
    [Theory]
    [InlineData("a:0", null, "a")]
    [InlineData("a:0 b:1", "a", "b")]
    [InlineData("a:2 b:1", "b", "a")]
    [InlineData("a:0 b:0", "b", "b")]
    [InlineData("a:0 b:0", "c", "a")]
    [InlineData("a:-1 b:0", "a", "b")]
    public void Of_several_servers_that_say_they_are_the_primary_the_one_with_most_replicas_is_chosen(string primaries, string? last, string chosen)
    {
        var said = primaries.Split(' ').Select(text => new Primary(text[..1], int.Parse(text[2..]))).ToArray();
        Assert.Equal(chosen, said[PrimaryChoice.Choose(said, last)].Address);
    }
}
