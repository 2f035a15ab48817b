using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>A node with few rooms, so that they can be taken up.</summary>
public sealed class FewRoomsNode() : AbusedNode(("LIMIT_ROOMS", $"{Rooms}"), ("LIMIT_SUBSCRIPTIONS", $"{RoomsOfClient}"))
{
    public const int Rooms = 40;
    public const int RoomsOfClient = 10;
}

[CollectionDefinition(Name)]
public sealed class FewRoomsCollection : ICollectionFixture<FewRoomsNode>
{
    public const string Name = "few rooms";
}

/// <summary>Who takes more rooms than a client may have, or all that the node has.</summary>
[Collection(FewRoomsCollection.Name)]
public sealed class RoomLimitSpecs(FewRoomsNode node, ITestOutputHelper output) : AttackSpec(node, output)
{

    /// <summary>The rooms of the neighbours: one for each product, and <c>general</c>.</summary>
    private const int Neighbourly = 5;

    private const int Own = FewRoomsNode.RoomsOfClient;

    [Theory]
    [InlineData("/ws")]
    [InlineData(TestClient.SocketIo)]
    public Task A_client_at_its_room_limit_is_refused_a_further_room_and_keeps_its_rooms(string path) => AttackAsync(async () =>
    {
        const int asked = 200;
        var before = await RefusedAsync();
        await using var greedy = await Guest.ComeAsync(Abused.Node, path);
        for (var i = 0; i < asked; i++) await greedy.SubscribeAsync(i % 2 == 0 ? "product" : "chain", $"G{i}");
        await Eventually.True(() => greedy.Answers == asked, "each is answered", Patience);
        Assert.Equal((Own, asked - Own), (greedy.Joined, greedy.Refused));
        Assert.Equal(before + asked - Own, await RefusedAsync());
        Assert.Equal(Neighbourly + Own, await Abused.Node.MetricAsync("deltastream_rooms"));
        await ReachesAsync(greedy, "G0");

        // A room that it leaves it may have again, and no more than that.
        await greedy.UnsubscribeAsync("product", "G0");
        await greedy.SubscribeAsync("product", "AGAIN");
        await greedy.SubscribeAsync("product", "ONEMORE");
        await Eventually.True(() => greedy.Answers == asked + 2, "both are answered", Patience);
        Assert.Equal((Own + 1, asked - Own + 1), (greedy.Joined, greedy.Refused));
        await ReachesAsync(greedy, "AGAIN");
        Assert.False(greedy.IsClosed);
    });

    [Fact]
    public Task A_node_at_its_room_limit_refuses_new_rooms_and_keeps_the_others() => AttackAsync(async () =>
    {
        const int crowd = 12;
        for (var round = 0; round < 3; round++)
        {
            var before = await RefusedAsync();
            await FillAsync(round, crowd, async guests =>
            {
                Assert.Equal(FewRoomsNode.Rooms - Neighbourly, guests.Sum(guest => guest.Joined));
                var refused = (crowd * Own) - (FewRoomsNode.Rooms - Neighbourly);
                Assert.Equal(refused, guests.Sum(guest => guest.Refused));
                Assert.Equal(before + refused, await RefusedAsync());
                Assert.Equal(FewRoomsNode.Rooms, await Abused.Node.MetricAsync("deltastream_rooms"));
                foreach (var guest in guests.Where(guest => guest.Joined > 0)) await ReachesAsync(guest, guest.Rooms[0]);

                foreach (var path in new[] { "/ws", TestClient.SocketIo })
                {
                    await using var late = await Guest.ComeAsync(Abused.Node, path);
                    await late.SubscribeAsync("product", "LATE");
                    await Eventually.True(() => late.Refused == 1, "a room of its own is refused", Patience);
                    // A room that is there already costs the node nothing.
                    await late.SubscribeAsync("product", "N0");
                    await late.SubscribeAsync("general", "");
                    await Eventually.True(() => late.Joined == 2, "a room that others are in is not", Patience);
                    Assert.False(late.IsClosed);
                }

                var leaver = guests.First(guest => guest.Joined > 0);
                await using var next = await Guest.ComeAsync(Abused.Node, "/ws");
                await leaver.UnsubscribeAsync("product", leaver.Rooms[0]);
                await Eventually.True(async () =>
                {
                    var answers = next.Answers;
                    await next.SubscribeAsync("product", "FREED");
                    await Eventually.True(() => next.Answers == answers + 1, "it is answered", Patience);
                    return next.Joined == 1;
                }, "the room that one left is another's", Patience);
                await ReachesAsync(next, "FREED");
            });
            await Eventually.True(async () => await Abused.Node.MetricAsync("deltastream_rooms") == Neighbourly, "the crowd's rooms are gone", Patience);
        }
    });

    private static TimeSpan Patience => TimeSpan.FromSeconds(30);

    private Task<double> RefusedAsync() => Abused.Node.MetricAsync("deltastream_refused_total", "reason=\"too_many_subscriptions\"");

    /// <summary>Guests who all at once take what rooms they can get, every other one over Socket.IO.</summary>
    private async Task FillAsync(int round, int crowd, Func<IReadOnlyList<Guest>, Task> look)
    {
        var guests = new List<Guest>();
        try
        {
            for (var i = 0; i < crowd; i++) guests.Add(await Guest.ComeAsync(Abused.Node, i % 2 == 0 ? "/ws" : TestClient.SocketIo));
            await Task.WhenAll(guests.Select(async (guest, i) =>
            {
                for (var room = 0; room < Own; room++) await guest.SubscribeAsync("product", $"F{round}-{i}-{room}");
            }));
            foreach (var guest in guests) await Eventually.True(() => guest.Answers == Own, "each is answered", Patience);
            await look(guests);
        }
        finally
        {
            foreach (var guest in guests) await guest.DisposeAsync();
        }
    }

    /// <summary>An update of a product reaches who is in its room; guests have left <c>general</c>, so it comes by that alone.</summary>
    private async Task ReachesAsync(Guest guest, string product)
    {
        var price = Random.Shared.Next(1_000_000);
        await Abused.Redis.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"{{product}}","price":{{price}},"timestamp":"2026-11-24T09:15:00","run":0}""");
        await Eventually.True(() => guest.Has(product, price), $"an update of {product}", Patience);
    }
}
