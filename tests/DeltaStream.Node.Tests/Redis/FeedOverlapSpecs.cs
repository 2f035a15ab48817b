using DeltaStream.Node.Redis;

namespace DeltaStream.Node.Tests.Redis;

public sealed class FeedOverlapSpecs
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "ab", 0)]
    [InlineData("ab", "", 0)]
    [InlineData("ab", "cd", 0)]
    [InlineData("abc", "cde", 1)]
    [InlineData("abc", "bcde", 2)]
    [InlineData("abc", "abc", 3)]
    [InlineData("xabc", "abcd", 3)]
    [InlineData("aba", "ab", 1)]
    [InlineData("abab", "ab", 2)]
    [InlineData("abab", "abc", 2)]
    [InlineData("aab", "aabaa", 3)]
    [InlineData("aaa", "aa", 2)]
    public void The_overlap_is_the_longest_end_of_the_old_subscription_that_begins_the_new_one(string delivered, string held, int both) =>
        Assert.Equal(both, FeedOverlap.Length([.. delivered.Select(c => (ulong)c)], [.. held.Select(c => (ulong)c)]));

    [Fact]
    public void No_message_comes_twice_and_the_newest_of_each_key_comes_wherever_the_new_subscription_begins()
    {
        var random = new Random(1);
        for (var run = 0; run < 5_000; run++)
        {
            // Few different messages, so that they repeat.
            var sent = Enumerable.Range(0, 12).Select(_ => (ulong)random.Next(4)).ToArray();
            var begins = random.Next(sent.Length);
            var ends = random.Next(begins, sent.Length + 1);
            var (delivered, held) = (sent[..ends], sent[begins..]);
            var all = delivered.Concat(held.Skip(FeedOverlap.Length(delivered, held))).ToArray();
            Assert.True(all.Length <= sent.Length, "something came twice");
            // A key is the parity, its value the number.
            foreach (var key in sent.Select(value => value % 2).Distinct())
                Assert.Equal(sent.Last(value => value % 2 == key), all.Last(value => value % 2 == key));
        }
    }
}
