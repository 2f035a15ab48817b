namespace DeltaStream.Cluster.Tests;

/// <summary>Clients that join and leave rooms at random: each room is a topic, of which every node of the cluster is told.</summary>
public sealed class RoomStormSpecs
{
    private const int Clients = 10;
    private const int RoomsOfClient = 200;

    // What has gone is remembered for two minutes as a rule, and this is over sooner: who was not told by then never is.
    private const string Forgetful = "\nakka.cluster.pub-sub.removed-time-to-live = 2s\n";

    // As a node's: what is told of thousands of rooms comes in one frame.
    private const string Wide = "akka.remote.dot-netty.tcp { maximum-frame-size = 4194304b, send-buffer-size = 4194304b, receive-buffer-size = 4194304b }\n";

    [Fact]
    public async Task After_all_clients_have_left_another_node_knows_none_of_their_topics()
    {
        using var hocon = HoconFile.Beside(Forgetful + "deltastream.cache.linger = 1s");
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(
            ("REDIS_URL", redis.Url), hocon.Variable, ("LIMIT_MESSAGES_PER_SECOND", "1000000"), ("LIMIT_JOINS_PER_SECOND", "1000000"), ("LIMIT_ROOMS", "500"), ("LOG_LEVEL", "warning")).ReadyAsync();
        await using var other = AnotherPublisher.Join(node, Forgetful + Wide);
        await using var stays = await TestClient.ConnectAsync(node);
        await stays.SubscribeAsync("product", "STAYS");
        await Eventually.True(async () => (await other.TopicsAsync()).Contains("product:STAYS"), "the other node knows the node's topics");

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(StormAsync));
        await Eventually.True(async () => (await other.TopicsAsync()).Any(IsOfStorm), "it was told of the storm's");

        // The mediator forgets what has gone when something new comes.
        var next = 0;
        await Eventually.True(async () =>
        {
            var room = $$"""{"type":"product","symbol":"NEXT{{next++}}"}""";
            await stays.EmitAsync("subscribe", room);
            await stays.EmitAsync("unsubscribe", room);
            await stays.EmitAsync("get_products");
            await Eventually.True(() => stays.Of("products").Count == next, "the last request is answered");
            return !(await other.TopicsAsync()).Any(IsOfStorm);
        }, "none of them is left", TimeSpan.FromSeconds(40));
        Assert.Contains("product:STAYS", await other.TopicsAsync());
        Assert.DoesNotContain("\"@x\"", node.Log);

        async Task StormAsync(int client)
        {
            await using var guest = await TestClient.ConnectAsync(node);
            for (var i = 0; i < RoomsOfClient; i++)
            {
                var room = $$"""{"type":"{{(i % 2 == 0 ? "product" : "chain")}}","symbol":"STORM{{client}}-{{i}}"}""";
                await guest.EmitAsync("subscribe", room);
                if (i % 3 != 0) await guest.EmitAsync("unsubscribe", room);
            }
            // Answered last: the rest has been done or refused.
            await guest.EmitAsync("get_products");
            await guest.ExpectAsync("products");
        }

        static bool IsOfStorm(string topic) => topic.Contains("STORM", StringComparison.Ordinal);
    }
}
