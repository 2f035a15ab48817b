using System.Reflection;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Clients come, are counted, fail alone and are let go.</summary>
public class ClientSupervisorSpecs(ITestOutputHelper output) : GatewaySpec(output, new() { MaxClients = 5 })
{
    [Fact]
    public void Clients_are_counted_and_their_connects_and_disconnects_are_logged()
    {
        var (first, second) = (Connect(sessionId: "one"), Connect(sessionId: "two"));
        Assert.Equal(2, Status.Clients);
        first.Client.Tell(new TransportClosed(CloseReason.PingTimeout));
        AwaitAssert(() => Assert.Equal(1, Status.Clients));
        Assert.Equal([("one", 1), ("two", 2)], Logs.Of("client_connected").Select(it => ((string)it["client_id"]!, (int)it["total_clients"]!)));
        var gone = Assert.Single(Logs.Of("client_disconnected"));
        Assert.Equal(("one", "ping_timeout", 1), (gone["client_id"], gone["reason"], gone["remaining_clients"]));
        second.Client.Tell(new TransportClosed(CloseReason.ClientClosed));
        AwaitAssert(() => Assert.Equal(0, Status.Clients));
    }

    [Fact]
    public void While_prices_are_simulated_new_clients_are_told()
    {
        Assert.EndsWith("\"rooms\":[\"general\"]}", Connect().Sent[0]);
        Status.IsSimulated = true;
        Assert.EndsWith("\"rooms\":[\"general\"],\"demo\":true}", Connect().Sent[0]);
    }

    [Fact]
    public void More_clients_than_the_node_takes_are_refused()
    {
        for (var i = 0; i < 5; i++) Connect(sessionId: $"c{i}");
        Supervisor.Tell(new OpenClient("late", new MemoryTransport(Protocol)), TestActor);
        Assert.NotEmpty(ExpectMsg<ClientRefused>().Message);
    }

    [Fact]
    public void A_client_that_fails_is_closed_and_no_other_notices()
    {
        var well = Connect(sessionId: "well");
        var ill = new MemoryTransport(new BrokenProtocol());
        Supervisor.Tell(new OpenClient("ill", ill), TestActor);
        ill.Client = ExpectMsg<ClientOpened>().Client;
        AwaitAssert(() => Assert.Same(CloseReason.ServerError, ill.Closed));
        AwaitAssert(() => Assert.Equal(1, Status.Clients));
        var price = Price("NIFTY", 1);
        Publish(price);
        Await(well, sent => sent.Contains(Text(price)));
    }

    [Fact]
    public void Clients_that_have_gone_leave_no_state_behind()
    {
        for (var round = 0; round < 20; round++)
        {
            var clients = Enumerable.Range(0, 5).Select(i => Connect(sessionId: $"c{i}")).ToArray();
            foreach (var client in clients)
            {
                Subscribe(client, Room.Product("A"));
                Subscribe(client, Room.Chain("A"));
                Subscribe(client, Room.Chain("A", "2026-11-26"));
            }

            foreach (var client in clients) client.Client.Tell(new TransportClosed(CloseReason.ClientClosed));
            AwaitAssert(() => Assert.Equal(0, Status.Clients));
        }

        Assert.Equal(4, Status.Rooms);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(1, Status.Rooms);
        });
        // Only the cache still listens to `general`; an update finds nobody in the other topics.
        foreach (var room in new[] { "product:A", "chain:A", "chain:A:2026-11-26" }) AwaitAssert(() => Assert.Equal(0, SubscribersOf(room)));
        AwaitAssert(() => Assert.Equal(1, SubscribersOf("general")));
    }

    private int SubscribersOf(string topic)
    {
        // The mediator's own question, which it keeps to itself.
        var count = typeof(Publish).Assembly.GetTypes().Single(type => type.Name == "Count" && type.Namespace!.Contains("PublishSubscribe"));
        var instance = count.GetProperty("Instance", BindingFlags.Static | BindingFlags.Public)!.GetValue(null);
        Sys.ActorSelection(Mediator.Path / Uri.EscapeDataString(topic)).Tell(instance!, TestActor);
        return ExpectMsg<int>();
    }

    /// <summary>Makes every answer fail.</summary>
    private sealed class BrokenProtocol : IWireProtocol
    {
        public int ProtocolIndex => 1;

        public Frame EncodeEvent(string name, ReadOnlySpan<byte> data) => throw new InvalidOperationException("broken");

        public Frame EncodeEvent(string name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> meta) => throw new InvalidOperationException("broken");

        public Frame EncodeAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) => throw new InvalidOperationException("broken");
    }
}
