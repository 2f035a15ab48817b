using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What a client's token lets it into.</summary>
public class IdentitySpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    [Fact]
    public void A_client_whose_token_lacks_general_does_not_join_it()
    {
        var client = Connect(identity: Reader("product:A"));
        Assert.Contains("\"rooms\":[]", client.Sent[0]);
        Subscribe(client, Room.Product("A"));
        Publish(Price("B", 1));
        Publish(Price("A", 2));
        Await(client, sent => sent.Count >= 3);
        Assert.Equal([Text(Price("A", 2))], Updates(client));
    }

    [Fact]
    public void A_room_outside_the_token_is_refused_and_the_client_stays()
    {
        var client = Connect(identity: Reader("general", "chain:A"));
        Assert.Contains("\"rooms\":[\"general\"]", client.Sent[0]);
        client.Emit("subscribe", RequestFor(Room.Product("A")), "1");
        Await(client, sent => sent.Count == 3);
        Assert.Equal("""error {"message":"The token does not cover product:A","code":"unauthorized","event":"subscribe","room":"product:A"}""", client.Sent[1]);
        Assert.StartsWith("""ack:1 {"status":"error","code":"unauthorized",""", client.Sent[2]);
        Subscribe(client, Room.Chain("A", "2026-11-26"));
        Assert.Null(client.Closed);
    }

    [Fact]
    public void A_client_is_told_of_the_products_and_expiries_that_its_token_covers()
    {
        var (one, all) = (Connect(identity: Reader("general", "product:A", "chain:B:2026-11-26")), Connect());
        foreach (var update in new[] { Price("A", 1), Price("C", 2), Summary("B", "2026-11-26", 3), Summary("B", "2026-12-31", 4) }) Publish(update);
        Await(one, _ => Updates(one).Count() == 4);

        foreach (var client in new[] { one, all })
        {
            client.Emit("get_products", "");
            client.Emit("get_expiries", """{"symbol":"B"}""");
            Await(client, sent => sent[^1].StartsWith("expiries ", StringComparison.Ordinal));
        }

        Assert.Equal(["""products {"products":["A","B"]}""", """expiries {"symbol":"B","expiries":["2026-11-26"]}"""], one.Sent.TakeLast(2));
        Assert.Equal(["""products {"products":["A","B","C"]}""", """expiries {"symbol":"B","expiries":["2026-11-26","2026-12-31"]}"""], all.Sent.TakeLast(2));
        one.Emit("get_expiries", """{"symbol":"A"}""");
        Await(one, sent => sent[^1] == """error {"message":"The token does not cover chain:A","code":"unauthorized","event":"get_expiries","room":"chain:A"}""");
    }

    private static ClientIdentity Reader(params string[] rooms) => new("reader", RoomGrant.Of(rooms), null, null);
}
