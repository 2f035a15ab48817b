using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Tests.Settings;

public sealed class RedisUrlSpecs
{
    public static TheoryData<string, RedisUrl> Good => new()
    {
        { "redis://localhost", new("localhost", 6379, false, null, null, 0) },
        { "redis://10.0.0.1:7000/3", new("10.0.0.1", 7000, false, null, null, 3) },
        { "redis://:p%40ss@host:1", new("host", 1, false, null, "p@ss", 0) },
        { "redis://user:a:b@host:1/", new("host", 1, false, "user", "a:b", 0) },
        { "rediss://user:pw@host", new("host", 6379, true, "user", "pw", 0) },
        { "redis://[::1]:6380", new("[::1]", 6380, false, null, null, 0) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_url_is_read(string text, RedisUrl expected)
    {
        Assert.True(RedisUrl.TryParse(text, out var url));
        Assert.Equal(expected with { Host = expected.Host.Trim('[', ']') }, url! with { Host = url.Host.Trim('[', ']') });
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
    public void What_is_no_redis_url_is_refused(string text) => Assert.False(RedisUrl.TryParse(text, out _));

    [Fact]
    public void Its_text_hides_the_password()
    {
        Assert.True(RedisUrl.TryParse("redis://user:secret@host:1/2", out var url));
        Assert.Equal("redis://user:***@host:1/2", url.ToString());
    }
}
