using DeltaStream.Actors.Market;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

public class FirstPathSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    [Fact]
    public void An_update_reaches_a_client_that_has_just_connected()
    {
        var client = Connect();
        var price = Price("NIFTY", 1);
        Publish(price);
        Await(client, sent => sent.Contains(Text(price)));
        Assert.StartsWith("connected ", client.Sent[0]);
    }

    [Fact]
    public void A_subscriber_gets_the_answer_the_snapshot_and_then_the_stream()
    {
        var first = Price("NIFTY", 1);
        var second = Price("NIFTY", 2);
        var watcher = Connect(sessionId: "watcher");
        Publish(first);
        Await(watcher, sent => sent.Contains(Text(first)));
        var client = Connect();
        Subscribe(client, Room.Product("NIFTY"));
        Await(client, sent => sent.Contains(Text(first)));
        Publish(second);
        Await(client, sent => sent.Contains(Text(second)));
        Assert.Equal(["connected", "subscribed", "underlying_update", "underlying_update"], client.Sent.Select(line => line.Split(' ')[0]));
    }
}
