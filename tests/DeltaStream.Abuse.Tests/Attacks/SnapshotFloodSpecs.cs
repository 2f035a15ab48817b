using System.Diagnostics;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Requests of a few bytes that would make the node send hundreds of kilobytes each.</summary>
public sealed class SnapshotFloodSpecs
{
    private const int PerSecond = 256 * 1024;
    private const int Burst = 4 * PerSecond;
    private const int Products = 2000;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData("subscribe", """{"event":"subscribe","data":{"type":"general"}}""")]
    [InlineData("get_products", """{"event":"get_products"}""")]
    public async Task A_client_that_requests_much_for_little_gets_no_more_than_its_bytes(string name, string request)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(
            ("REDIS_URL", redis.Url), ("LIMIT_SNAPSHOT_BYTES_PER_SECOND", $"{PerSecond}"), ("LOG_LEVEL", "warning")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "live", "the feed is live");
        await using var client = await TestClient.OpenAsync(node, "/ws");
        await client.ExpectAsync("connected");
        var filler = new string('x', 200);
        await using (var publisher = await RespConnection.OpenAsync(redis.Port))
            for (var i = 0; i < Products; i++)
                await publisher.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"A-PRODUCT-WITH-A-LONG-NAME-{{i}}","price":1,"note":"{{filler}}"}""");
        await Eventually.True(() => client.Of("underlying_update").Count == Products, "each price has come");

        var (before, clock) = (client.Received.Count, Stopwatch.StartNew());
        while (clock.Elapsed < Length)
        {
            await client.SendAsync(request);
            await Task.Delay(20);
        }

        await client.SendAsync("""{"event":"unsubscribe","data":{"type":"product","symbol":"END"}}""");
        await client.ExpectAsync("unsubscribed");
        var got = client.Received.Skip(before).ToArray();
        // A request is refused only while more has been sent than the limit, so the last one that is answered may pass it.
        var one = name == "subscribe" ? Products * 300L : Products * 40L;
        Assert.InRange(got.Sum(text => (long)text.Length), Burst / 2, Burst + (PerSecond * (long)(clock.Elapsed.TotalSeconds + 1)) + one);
        Assert.Contains(got, text => text.Contains("Too many bytes requested: the limit is 262144 a second and 1048576 at once", StringComparison.Ordinal) && text.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal));
        Assert.False(client.IsClosed);
    }
}
