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
        Assert.Equal("""error {"message":"The token does not cover this room","code":"unauthorized"}""", client.Sent[1]);
        Assert.StartsWith("""ack:1 {"status":"error","code":"unauthorized",""", client.Sent[2]);
        Subscribe(client, Room.Chain("A", "2026-11-26"));
        Assert.Null(client.Closed);
    }

    private static ClientIdentity Reader(params string[] rooms) => new("reader", RoomGrant.Of(rooms), null, null);
}
