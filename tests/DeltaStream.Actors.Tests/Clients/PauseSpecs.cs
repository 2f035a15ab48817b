using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A client that pauses gets no updates until it resumes, and then the newest of each key.</summary>
public class PauseSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    [Fact]
    public void A_paused_client_gets_answers_and_no_updates_and_on_resume_the_newest_of_each_key()
    {
        var client = Connect();
        Assert.Equal(["""ack:1 {"status":"ok"}"""], Send(client, "pause"));
        foreach (var update in new[] { Price("A", 1), Price("B", 2), Price("A", 3) }) Publish(update);
        Publish(MarketStatus("NSE", 4));
        Publish(Summary("N", "2026-11-26", 5));
        Settle();
        Assert.Empty(Send(client, "pause").Skip(1));
        Assert.Equal("""products {"products":["A","B","LAST","N"]}""", Send(client, "get_products")[0]);
        Assert.DoesNotContain(client.Sent, line => line.Contains("\"n\":", StringComparison.Ordinal));
        Assert.Equal(
            ["""ack:1 {"status":"ok"}""", Text(Price("A", 3)), Text(Price("B", 2)), Text(MarketStatus("NSE", 4)), Text(Summary("N", "2026-11-26", 5))],
            Send(client, "resume"));
        Assert.Equal(["""ack:1 {"status":"ok"}"""], Send(client, "resume"));
        Publish(Price("A", 6));
        Await(client, sent => sent[^1] == Text(Price("A", 6)));
    }

    [Fact]
    public void A_snapshot_that_is_asked_for_comes_while_paused_and_not_again_on_resume()
    {
        var client = Connect();
        Send(client, "pause");
        Publish(Price("A", 1));
        Settle();
        Subscribe(client, Room.Product("A"));
        Await(client, sent => sent[^1] == Text(Price("A", 1)));
        Assert.Single(Send(client, "resume"));
        Send(client, "pause");
        Publish(Price("A", 2));
        Settle();
        Assert.Equal([Text(Price("A", 2))], Send(client, "resume").Skip(1));
    }

    [Fact]
    public void What_waits_for_a_slow_client_is_held_too()
    {
        var client = Connect();
        client.IsFast = false;
        Publish(Price("X", 1));
        Await(client, sent => sent.Contains(Text(Price("X", 1))));
        Publish(Price("A", 2));
        Settle();
        client.Emit("pause", "", "1");
        client.IsFast = true;
        client.Flushed();
        Await(client, sent => sent[^1] == """ack:1 {"status":"ok"}""");
        Publish(Price("A", 3));
        Settle();
        Assert.Equal([Text(Price("A", 3))], Send(client, "resume").Skip(1));
    }

    [Fact]
    public void Nothing_of_a_room_that_is_left_while_paused_comes_on_resume()
    {
        var client = Connect();
        Subscribe(client, Room.Product("B"));
        Send(client, "pause");
        Publish(Price("A", 1));
        Publish(Price("B", 2));
        Settle();
        Unsubscribe(client, Room.General);
        Assert.Equal([Text(Price("B", 2))], Send(client, "resume").Skip(1));
    }

    [Fact]
    public void A_client_that_moves_stays_paused_and_loses_nothing()
    {
        var client = Connect();
        Subscribe(client, Room.Product("A"));
        Send(client, "pause");
        Publish(Price("A", 1));
        Publish(Price("B", 2));
        Settle();
        client.Client.Tell(MoveClient.Instance, TestActor);
        var moved = ExpectMsg<ClientMoved>().Client;
        Publish(Price("B", 3));
        var second = new MemoryTransport(Protocol);
        Supervisor.Tell(new OpenClient("client", second) { Moved = moved }, TestActor);
        second.Client = ExpectMsg<ClientOpened>().Client;
        second.Flushed();
        Subscribe(second, Room.Product("Z"));
        Assert.Empty(Updates(second));
        Assert.Equal([Text(Price("A", 1)), Text(Price("B", 3))], Send(second, "resume").Skip(1).Order());
    }

    private List<string> Send(MemoryTransport client, string name)
    {
        var before = client.Sent.Count;
        client.Emit(name, "", "1");
        Await(client, sent => sent.Skip(before).Any(line => line.StartsWith("ack:1 ", StringComparison.Ordinal)));
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
        return [.. client.Sent.Skip(before).Where(static line => !line.Contains("\"product\":\"LAST\"", StringComparison.Ordinal))];
    }

    /// <summary>Waits until what was published has come to the clients: another client has the update that was published after it.</summary>
    private void Settle()
    {
        var probe = Connect(sessionId: "probe");
        var last = Price("LAST", 1_000 + Environment.TickCount64);
        PublishTo(Room.General, last);
        Await(probe, sent => sent.Contains(Text(last)));
        probe.Client.Tell(new TransportClosed(CloseReason.ClientClosed));
    }
}
