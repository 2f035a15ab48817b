using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What a client that comes back is told about rooms for which its new node has no place.</summary>
public class RecoveredRoomsSpecs(ITestOutputHelper output) : GatewaySpec(output, cache: new() { MaxRooms = 2 })
{
    [Fact]
    public void A_recovered_client_learns_which_room_it_lost_and_keeps_the_others()
    {
        var (first, second) = (Room.Product("FIRST"), Room.Product("SECOND"));
        var session = ClientSession.Create(ClientIdentity.Anonymous, 1);
        session.Recovered = new SavedSession("client", [first, second]);
        var client = new MemoryTransport(Protocol);
        Supervisor.Tell(new OpenClient("client", client) { Identity = ClientIdentity.Anonymous, Session = session }, TestActor);
        client.Client = ExpectMsg<ClientOpened>().Client;
        client.Flushed();

        Await(client, sent => sent.Any(line => line.StartsWith("unsubscribed ", StringComparison.Ordinal)));
        Assert.Single(client.Sent, line => line.StartsWith("error ", StringComparison.Ordinal) && line.Contains("too_many_subscriptions", StringComparison.Ordinal));
        Assert.Contains("product:SECOND", client.Sent.Single(line => line.StartsWith("unsubscribed ", StringComparison.Ordinal)), StringComparison.Ordinal);

        var update = Price("FIRST", 1);
        AwaitAssert(() =>
        {
            Publish(update);
            Assert.Contains(Text(update), client.Sent);
        });
    }
}
