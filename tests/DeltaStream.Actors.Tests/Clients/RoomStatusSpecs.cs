using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A client that asks for it is told whether a room is live, quiet or down.</summary>
public class RoomStatusSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    private const string Asked = """{"type":"product","symbol":"A","status":true}""";
    private double Seconds => Micros / 1e6;

    [Fact]
    public void The_status_follows_the_answer_and_the_acknowledgement_and_comes_before_the_snapshot()
    {
        AwaitLive();
        Store.Put(Price("A", 1));
        var client = Connect();
        var lines = Ask(client, Asked);
        Assert.Equal(
            [
                """subscribed {"room":"product:A","message":"Subscribed to product:A","values":1,"view":{"mode":"full","status":true}}""",
                """ack:1 {"status":"ok","room":"product:A","values":1,"view":{"mode":"full","status":true}}""",
                Data("live", Seconds, Seconds),
                Text(Price("A", 1)),
                """synced {"rooms":["product:A"]}""",
            ],
            lines);
    }

    [Fact]
    public void A_room_becomes_quiet_after_15_seconds_and_live_with_the_next_update()
    {
        AwaitLive();
        var client = Connect();
        Assert.Contains(Data("quiet", null, null), Ask(client, Asked));
        Advance(TimeSpan.FromSeconds(2));
        var first = Seconds;
        Publish(Price("A", 1));
        Told(client, Data("live", first, first));
        Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(2, Statuses(client).Count);
        Told(client, Data("quiet", first + 15, first));
        var second = Seconds;
        Publish(Price("A", 2));
        Told(client, Data("live", second, second));
        Assert.Equal(4, Statuses(client).Count);
    }

    [Fact]
    public void While_the_feed_is_not_live_a_room_is_down()
    {
        AwaitLive();
        var client = Connect();
        Ask(client, Asked);
        Publish(Price("A", 1));
        Advance(TimeSpan.FromSeconds(2));
        var ceased = Seconds;
        Feed(FeedState.Down);
        Told(client, Data("down", ceased, ceased - 2));
    }

    [Fact]
    public void At_most_one_status_of_a_room_comes_in_a_second()
    {
        AwaitLive();
        var client = Connect();
        Ask(client, Asked);
        Publish(Price("A", 1));
        Advance(TimeSpan.FromMilliseconds(750));
        Barriers(client);
        Assert.Single(Statuses(client));
        Told(client, line => line.Contains("\"status\":\"live\"", StringComparison.Ordinal));
    }

    [Fact]
    public void While_paused_no_status_comes_but_after_subscribed_and_on_resume_where_it_differs()
    {
        AwaitLive();
        var client = Connect();
        Ask(client, Asked);
        client.Emit("pause", "");
        Publish(Price("A", 1));
        Advance(TimeSpan.FromSeconds(3));
        Barriers(client);
        Assert.Single(Statuses(client));
        Assert.Contains(Statuses([.. Ask(client, """{"type":"general","status":true}""")]), line => line.Contains("\"room\":\"general\"", StringComparison.Ordinal));
        // The client gets it with no further message.
        client.Emit("resume", "", "2");
        Await(client, sent => sent.Any(line => line.Contains("\"room\":\"product:A\",\"status\":\"live\"", StringComparison.Ordinal)));
        Assert.Equal(3, Statuses(client).Count);
    }

    [Fact]
    public void On_resume_the_status_comes_at_once_although_the_nodes_watch_has_not_seen_the_change_yet()
    {
        AwaitLive();
        var client = Connect();
        Ask(client, Asked);
        Advance(TimeSpan.FromSeconds(2));
        client.Emit("pause", "");
        var at = Seconds;
        Publish(Price("A", 1));
        AwaitAssert(() => Assert.NotNull(NodeOrder.For(Sys).Read(Room.Product("A"), 0, static slot => slot.Update).Values.FirstOrDefault()));
        client.Emit("resume", "", "2");
        Barriers(client);
        Assert.Equal(Data("live", at, at), Statuses(client)[^1]);
        Assert.Equal(["ack:2", "room_status", "underlying_update"], Names(client).TakeLast(3).Order());
    }

    [Fact]
    public void On_resume_the_status_of_that_moment_comes_and_not_the_one_of_a_moment_during_the_pause()
    {
        AwaitLive();
        Store.Put(Price("A", 1));
        var client = Connect();
        Ask(client, """{"type":"product","symbol":"A"}""");
        Advance(TimeSpan.FromSeconds(14));
        Assert.Contains("\"live\"", Statuses(Ask(client, Asked))[0], StringComparison.Ordinal);
        client.Emit("pause", "");
        // The watch reports that the room is quiet, and may say nothing more within a second.
        Advance(TimeSpan.FromMilliseconds(1_250));
        var at = Seconds;
        Publish(Price("A", 2));
        AwaitAssert(() => Assert.Equal(2, NodeOrder.For(Sys).Read(Room.Product("A"), 0, static slot => slot.Update).Values.Max(update => update.Position.Sequence)));
        client.Emit("resume", "", "2");
        Barriers(client);
        Assert.Equal([Data("live", at, at)], Statuses(client).Skip(1));
        Advance(TimeSpan.FromSeconds(5));
        Barriers(client);
        Assert.Equal(2, Statuses(client).Count);
    }

    [Fact]
    public void On_resume_no_second_status_of_a_room_comes_within_a_second()
    {
        AwaitLive();
        var client = Connect();
        Ask(client, Asked);
        Publish(Price("A", 1));
        for (var i = 0; i < 3; i++)
        {
            client.Emit("pause", "");
            client.Emit("resume", "");
        }

        Barriers(client);
        Assert.Single(Statuses(client));
        Told(client, line => line.Contains("\"live\"", StringComparison.Ordinal));
    }

    [Fact]
    public void After_leaving_or_without_the_field_no_status_comes()
    {
        AwaitLive();
        var client = Connect();
        Ask(client, Asked);
        Ask(client, """{"type":"product","symbol":"A"}""");
        Publish(Price("A", 1));
        Advance(TimeSpan.FromSeconds(3));
        Barriers(client);
        Assert.Single(Statuses(client));
        Ask(client, Asked);
        Unsubscribe(client, Room.Product("A"));
        Advance(TimeSpan.FromSeconds(20));
        Barriers(client);
        Assert.Equal(2, Statuses(client).Count);
    }

    [Fact]
    public void The_freshness_of_a_room_follows_from_its_receipts_and_the_feed()
    {
        var rule = new FreshnessRule { QuietAfter = 15, FeedSince = 100 };
        FeedStatus live = new(FeedState.Live, DateTimeOffset.UnixEpoch.AddMicroseconds(100), null, 1), down = new(FeedState.Down, DateTimeOffset.UnixEpoch.AddMicroseconds(120), null, 1);
        var receipts = default(RoomReceipts).With(110, rule).With(118, rule).With(112, rule);
        Assert.Equal(new(118, 110), receipts);
        Assert.Equal(new RoomFreshness(RoomState.Live, 110, 118), RoomFreshness.Of(receipts, live, 15, 132));
        Assert.Equal(new RoomFreshness(RoomState.Quiet, 133, 118), RoomFreshness.Of(receipts, live, 15, 133));
        Assert.Equal(new RoomFreshness(RoomState.Down, 120, 118), RoomFreshness.Of(receipts, down, 15, 121));
        Assert.Equal(new RoomFreshness(RoomState.Quiet, null, null), RoomFreshness.Of(default, live, 15, 133));
        Assert.Equal(new(134, 134), receipts.With(134, rule));
        // The feed was away meanwhile: what was received since it is back made the room live.
        rule.FeedSince = 125;
        Assert.Equal(new(126, 126), receipts.With(126, rule));
    }

    private NodeStatus Node => base.Status;

    /// <summary>The feed stays as the spec says, however much time passes.</summary>
    private void AwaitLive()
    {
        Watch(Monitor);
        Sys.Stop(Monitor);
        ExpectTerminated(Monitor);
        Feed(FeedState.Live);
    }

    private void Feed(FeedState state) => Node.HeldFeed = new(state, Time.GetUtcNow(), null, 1);

    private static string Data(string status, double? since, double? last) => FormattableString.Invariant(
        $$"""room_status {"room":"product:A","status":"{{status}}","since":{{(since is null ? "null" : since)}},"last_update":{{(last is null ? "null" : last)}}}""");

    private static List<string> Statuses(IEnumerable<string> lines) => [.. lines.Where(line => line.StartsWith("room_status ", StringComparison.Ordinal))];

    private static List<string> Statuses(MemoryTransport client) => Statuses(client.Sent);

    private void Told(MemoryTransport client, string expected) => Told(client, line => line == expected);

    /// <summary>Lets time pass until the client is told a status.</summary>
    private void Told(MemoryTransport client, Predicate<string> expected) => AwaitAssert(() =>
    {
        Advance(TimeSpan.FromMilliseconds(250));
        Barriers(client);
        Assert.True(Statuses(client).Exists(expected), string.Join('\n', Statuses(client)));
    });

    private List<string> Ask(MemoryTransport client, string data)
    {
        var before = client.Sent.Count;
        client.Emit("subscribe", data, "1");
        Await(client, sent => sent.Skip(before).Any(line => line.StartsWith("ack:1 ", StringComparison.Ordinal)));
        Barriers(client);
        return [.. client.Sent.Skip(before)];
    }

    private void Barriers(MemoryTransport client)
    {
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
    }
}
