using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Tests.Settings;

public sealed class RedisUrlSpecs
{
    public static TheoryData<string, object> Good => new()
    {
        { "redis://localhost", new RedisUrl("localhost", 6379, false, null, null, 0) },
        { "redis://10.0.0.1:7000/3", new RedisUrl("10.0.0.1", 7000, false, null, null, 3) },
        { "redis://:p%40ss@host:1", new RedisUrl("host", 1, false, null, "p@ss", 0) },
        { "redis://user:a:b@host:1/", new RedisUrl("host", 1, false, "user", "a:b", 0) },
        { "rediss://user:pw@host", new RedisUrl("host", 6379, true, "user", "pw", 0) },
        { "redis://[::1]:6380", new RedisUrl("[::1]", 6380, false, null, null, 0) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_url_is_read(string text, object expected)
    {
        Assert.True(RedisUrl.TryParse(text, out var url));
        var wanted = (RedisUrl)expected;
        Assert.Equal(wanted with { Host = wanted.Host.Trim('[', ']') }, url! with { Host = url.Host.Trim('[', ']') });
    }

    [Theory]
    [InlineData("localhost:6379")]
    [InlineData("http://localhost:6379")]
    [InlineData("redis://")]
    [InlineData("redis://host:0")]
    [InlineData("redis://host:1/one")]
    [InlineData("redis://host:1/1/2")]
    [InlineData("redis://host:1?timeout=3")]
    [InlineData("redis://host:1#x")]
    public void A_text_that_is_not_a_redis_url_is_refused(string text) => Assert.False(RedisUrl.TryParse(text, out _));

    [Fact]
    public void The_text_of_a_url_hides_the_password()
    {
        Assert.True(RedisUrl.TryParse("redis://user:secret@host:1/2", out var url));
        Assert.Equal("redis://user:***@host:1/2", url.ToString());
    }
}
