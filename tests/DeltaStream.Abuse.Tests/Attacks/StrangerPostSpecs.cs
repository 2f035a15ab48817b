using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Posts to one node with session ids that are made up to begin like those of another node.</summary>
public sealed class StrangerPostSpecs
{
    private const int Connections = 24;
    private const int PostsEach = 40;

    [Fact]
    public async Task Bodies_of_strangers_do_not_reach_the_link_between_two_nodes()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var owner = NodeProcess.Start(("REDIS_URL", redis.Url), ("LOG_LEVEL", "warning"));
        await using var node = NodeProcess.Start(("REDIS_URL", redis.Url), ("CLUSTER_SEEDS", owner.Address), ("LOG_LEVEL", "warning"));
        await owner.ReadyAsync();
        await node.ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("members") == "2" && await owner.HealthAsync("members") == "2", "two members");
        using var http = new HttpClient();
        var open = await http.GetStringAsync(new Uri(owner.Url, "/socket.io/?EIO=4&transport=polling"));
        var sid = JsonDocument.Parse(open[1..]).RootElement.GetProperty("sid").GetString()!;
        var body = new string('x', 60_000);
        var before = await node.MetricAsync("deltastream_relayed_bytes_total");

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            using var stranger = new HttpClient();
            for (var i = 0; i < PostsEach; i++)
            {
                var madeUp = sid[..7] + Convert.ToBase64String(RandomNumberGenerator.GetBytes(18)).Replace('+', '-').Replace('/', '_');
                Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(stranger, madeUp, body));
                // A query that a stranger made long goes nowhere either.
                if (i == 0) Assert.Equal(HttpStatusCode.BadRequest, (await stranger.GetAsync(UrlOf(madeUp + "&x=" + new string('y', 4000)))).StatusCode);
            }
        }));

        // About 60 bytes a question.
        var relayed = await node.MetricAsync("deltastream_relayed_bytes_total") - before;
        Assert.InRange(relayed, 1, Connections * (PostsEach + 1) * 100);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(http, sid, "40"));
        Assert.Equal("live", await node.HealthAsync("feed"));

        Uri UrlOf(string id) => new(node.Url, $"/socket.io/?EIO=4&transport=polling&sid={id}");

        async Task<HttpStatusCode> PostAsync(HttpClient client, string id, string text)
        {
            using var answer = await client.PostAsync(UrlOf(id), new StringContent(text));
            return answer.StatusCode;
        }
    }
}
