using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>How many different views the clients of a node may have.</summary>
public class NodeViewLimitSpecs(ITestOutputHelper output) : GatewaySpec(output, new() { MaxNodeViews = Most })
{
    private const int Most = 8;

    [Fact]
    public void Views_count_towards_the_nodes_limit_before_their_rooms_are_joined()
    {
        var (first, second) = (Connect(sessionId: "first"), Connect(sessionId: "second"));
        Assert.Equal((Most, 10 - Most), Ask(first, 0));
        // Five are granted to each client, however many views the node has.
        Assert.Equal((5, 5), Ask(second, 10));
        // A view that this client or another one has already does not count again.
        Assert.Equal((5, 5), Ask(second, 10));
        Assert.Equal((8, 0), Ask(second, 0, 8));
        Assert.Equal(Most + 5, NodeOrder.For(Sys).Views.ShapesInUse);
    }

    [Fact]
    public void A_client_that_goes_while_its_rooms_are_being_joined_leaves_no_view_behind()
    {
        var client = Connect();
        Store.Hold();
        client.Emit("subscribe", Request(0, 5), "1");
        AwaitAssert(() => Assert.True(Store.Begun > Store.Ended));
        Assert.Equal(5, NodeOrder.For(Sys).Views.ShapesInUse);
        Assert.DoesNotContain(client.Sent, line => line.StartsWith("ack:1 ", StringComparison.Ordinal));
        client.Client.Tell(new TransportClosed(CloseReason.TransportError), TestActor);
        AwaitAssert(() => Assert.Equal(0, NodeOrder.For(Sys).Views.ShapesInUse));
        Store.Release();
    }

    private static string Request(int first, int count) => $"{{\"rooms\":[{string.Join(',', Enumerable.Range(first, count).Select(Entry))}]}}";

    private static string Entry(int i) => $$"""{"type":"chain","symbol":"N{{i}}","expiry":"2026-11-26","sides":"calls","window":{"list":[{{i + 1}}]} }""";

    /// <summary>Asks for as many different views, each in a room of its own.</summary>
    /// <returns>How many were granted, and how many refused.</returns>
    private (int Granted, int Refused) Ask(MemoryTransport client, int first, int count = 10)
    {
        var before = client.Sent.Count;
        client.Emit("subscribe", Request(first, count), "1");
        Await(client, sent => sent.Skip(before).Any(line => line.StartsWith("synced ", StringComparison.Ordinal)));
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
        var refused = client.Sent.Skip(before).Where(line => line.StartsWith("error ", StringComparison.Ordinal)).ToList();
        Assert.All(refused, line => Assert.Contains("too_many_views", line, StringComparison.Ordinal));
        return (client.Sent.Skip(before).Count(line => line.StartsWith("subscribed ", StringComparison.Ordinal)), refused.Count);
    }
}
