using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Tests.Settings;

public sealed class RedisUrlSpecs
{
    [Theory]
    [InlineData("redis://localhost", "redis://localhost:6379/0")]
    [InlineData("redis://10.0.0.1:7000/3", "redis://10.0.0.1:7000/3")]
    [InlineData("redis://[::1]:6380", "redis://[::1]:6380/0")]
    [InlineData("redis://[::1]", "redis://[::1]:6379/0")]
    [InlineData("redis://user:pw@host:1/", "redis://user:***@host:1/0")]
    [InlineData("rediss://user:pw@host", "rediss://user:***@host:6379/0")]
    [InlineData("redis://:pw@a:1,b:2,c/4", "redis://:***@a:1,b:2,c:6379/4")]
    [InlineData("redis://a:1,a:1", "redis://a:1/0")]
    [InlineData("redis://r\u00e9dis:1", "redis://xn--rdis-bpa:1/0")]
    [InlineData("redis://my_redis:1", "redis://my_redis:1/0")]
    [InlineData("redis-sentinel://a,b:2/mymaster", "redis-sentinel://a:26379,b:2/mymaster/0")]
    [InlineData("redis-sentinel://u:p@a:1,[::1]:2/my%20master/3", "redis-sentinel://u:***@a:1,[::1]:2/my master/3")]
    [InlineData("rediss-sentinel://a:1/m/", "rediss-sentinel://a:1/m/0")]
    public void Each_form_of_URL_is_read_and_shown_without_its_password(string text, string shown) =>
        Assert.Equal(shown, RedisUrlReader.Read(text).ToString());

    [Theory]
    [InlineData("redis://host", null, null)]
    [InlineData("redis://:p%40ss@host:1", null, "p@ss")]
    [InlineData("redis://user:a:b@host:1", "user", "a:b")]
    [InlineData("redis://us%3Aer:%2F%3F%23%25@host", "us:er", "/?#%")]
    [InlineData("redis://user@host", "user", null)]
    [InlineData("redis://u:a@b@host", "u", "a@b")]
    public void A_login_is_percent_decoded(string text, string? user, string? password)
    {
        var url = RedisUrlReader.Read(text);
        Assert.Equal((user, password, "host"), (url.User, url.Password, url.Hosts[0].Name));
    }

    [Theory]
    [InlineData("localhost:6379", "the scheme is missing")]
    [InlineData("http://localhost:6379", "the scheme must be redis, rediss, redis-sentinel or rediss-sentinel")]
    [InlineData("redis+sentinel://a/m", "the scheme must be")]
    [InlineData("redis://", "the host is missing")]
    [InlineData("redis://a,", "host 2 is missing")]
    [InlineData("redis://a b:1", "the host must be a name")]
    [InlineData("redis://host:0", "the port of the host must be a number from 1 to 65535")]
    [InlineData("redis://host:", "the port of the host must be")]
    [InlineData("redis://host:1,b:70000", "the port of host 2 must be")]
    [InlineData("redis://[::1:1", "the host must be")]
    [InlineData("redis://host:1/one", "the database must be a number")]
    [InlineData("redis://host:1/1/2", "after the hosts comes one database's number")]
    [InlineData("redis://host:1?timeout=3", "nothing may follow the database")]
    [InlineData("redis://host:1#x", "nothing may follow the database")]
    [InlineData("redis://u:p/w@host", "the password must be percent-encoded: / is %2F")]
    [InlineData("redis://u:p%w@host", "the password must be percent-encoded: % is %25")]
    [InlineData("redis://u%:pw@host", "the user must be percent-encoded: % is %25")]
    [InlineData("redis-sentinel://a:1,b:2", "after the Sentinels comes the service")]
    [InlineData("redis-sentinel://a:1/", "after the Sentinels comes the service")]
    [InlineData("redis-sentinel://a:1/m/x", "the database must be a number")]
    [InlineData("redis-sentinel://a:1/m/1/2", "after the Sentinels comes the service")]
    public void An_error_says_which_part_is_wrong(string text, string part) =>
        Assert.StartsWith(part, Assert.Throws<FormatException>(() => RedisUrlReader.Read(text)).Message);
}
