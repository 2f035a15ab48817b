using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A token's end on an open connection, and its renewal.</summary>
public class RenewalSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    private static readonly string[] Market = ["general", "product:*", "chain:*"];

    [Fact]
    public void A_client_is_warned_a_minute_before_its_token_ends_and_closed_with_an_error()
    {
        var client = Connect(identity: Reader(130));
        Pass(client, 69);
        Assert.DoesNotContain("token_expiring", Names(client));
        Pass(client, 1);
        Await(client, sent => sent.Contains("""token_expiring {"expires_in":60}"""));
        Pass(client, 59);
        Assert.Null(client.Closed);
        Pass(client, 1);
        AwaitClosed(client, CloseReason.TokenExpired);
        Assert.Equal("""error {"message":"The token has expired","code":"token_expired"}""", client.Sent[^1]);
    }

    [Fact]
    public void A_client_with_a_short_token_is_warned_at_half_its_time()
    {
        var client = Connect(identity: Reader(10));
        Pass(client, 4);
        Assert.DoesNotContain("token_expiring", Names(client));
        Pass(client, 1);
        Await(client, sent => sent.Contains("""token_expiring {"expires_in":5}"""));
    }

    [Fact]
    public void A_token_that_has_expired_on_the_way_ends_the_connection_at_once()
    {
        var client = Connect(identity: Reader(-1));
        Pass(client, 1);
        AwaitClosed(client, CloseReason.TokenExpired);
    }

    [Fact]
    public void A_renewed_token_is_answered_and_postpones_the_expiry()
    {
        var client = Connect(identity: Reader(20));
        var later = Renew(client, 130, "9");
        Await(client, sent => sent.Contains("""ack:9 {"status":"ok"}"""));
        Assert.Equal($$"""authenticated {"expires_at":{{later.ExpiresAt!.Value.ToUnixTimeSeconds()}}}""", client.Sent[^2]);
        Pass(client, 60);
        Assert.Null(client.Closed);
        Assert.DoesNotContain("token_expiring", Names(client));
        Pass(client, 70);
        AwaitClosed(client, CloseReason.TokenExpired);
    }

    [Fact]
    public void A_renewal_loses_no_update_and_sends_none_twice()
    {
        var client = Connect(identity: Reader(100));
        Subscribe(client, Room.Product("A"));
        Subscribe(client, Room.Chain("A"));
        for (var n = 1; n <= 50; n++)
        {
            Publish(Price("A", n));
            if (n % 10 == 0) Renew(client, 100 + n);
            Publish(Chain("A", "2026-11-26", 100 + n));
        }

        Await(client, sent => sent.Count(line => line.StartsWith("authenticated ", StringComparison.Ordinal)) == 5 && Updates(client).Count() == 100);
        Assert.Equal(Enumerable.Range(1, 50).Select(n => Text(Price("A", n))), Updates(client).Where(line => line.StartsWith("underlying", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(101, 50).Select(n => Text(Chain("A", "2026-11-26", n))), Updates(client).Where(line => line.StartsWith("chain", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_renewal_that_shrinks_the_rooms_ends_those_it_no_longer_covers()
    {
        var client = Connect(identity: Reader(100));
        Subscribe(client, Room.Product("A"));
        Subscribe(client, Room.Chain("A", "2026-11-26"));
        Renew(client, 200, null, "chain:A");
        Await(client, sent => Names(client).Count(name => name == "unsubscribed") == 2);
        Assert.Equal(
            ["""unsubscribed {"room":"general","message":"Unsubscribed from general"}""", """unsubscribed {"room":"product:A","message":"Unsubscribed from product:A"}"""],
            client.Sent.Where(line => line.StartsWith("unsubscribed ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        Publish(Price("A", 1));
        Publish(Summary("A", "2026-11-26", 2));
        Publish(Chain("A", "2026-11-26", 3));
        Await(client, sent => sent[^1] == Text(Chain("A", "2026-11-26", 3)));
        Assert.Single(Updates(client));
        client.Emit("subscribe", RequestFor(Room.Product("A")));
        Await(client, sent => sent[^1].Contains("\"code\":\"unauthorized\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_renewal_ends_a_pending_join_and_answers_its_client()
    {
        var client = Connect(identity: Reader(100));
        client.Emit("subscribe", RequestFor(Room.Product("A")), "1");
        Renew(client, 200, null, "general");
        Await(client, sent => sent.Any(line => line.StartsWith("unsubscribed ", StringComparison.Ordinal)));
        Assert.Contains("""ack:1 {"status":"ok","room":"product:A"}""", client.Sent);
        Publish(Price("A", 1));
        Await(client, sent => sent[^1] == Text(Price("A", 1)));
        Assert.Single(Updates(client));
    }

    [Fact]
    public void A_token_of_another_subject_is_refused_and_the_first_token_stays_valid()
    {
        var client = Connect(identity: Reader(5));
        client.Client.Tell(new Authenticated(Reader(1000) with { Subject = "somebody else" }, "3"u8.ToArray()));
        Await(client, sent => sent[^1].StartsWith("ack:3 ", StringComparison.Ordinal));
        Assert.Equal("""error {"message":"The token is another subject's","code":"unauthorized","event":"authenticate"}""", client.Sent[^2]);
        Pass(client, 5);
        AwaitClosed(client, CloseReason.TokenExpired);
    }

    [Fact]
    public void A_client_with_a_full_socket_gets_the_closing_error_before_any_update()
    {
        var client = Connect(identity: Reader(2));
        client.IsFast = false;
        Publish(Price("A", 1));
        Await(client, sent => sent.Count == 2);
        Publish(Price("A", 2));
        Pass(client, 2);
        client.Emit("get_products", "null");
        Settle(client);
        Assert.Null(client.Closed);
        client.IsFast = true;
        client.Flushed();
        AwaitClosed(client, CloseReason.TokenExpired);
        Assert.Equal(["token_expiring", "error"], Names(client).Skip(2).Where(name => name != "feed_status"));
    }

    [Fact]
    public void A_client_that_never_reads_is_closed_soon_after_its_token_has_expired()
    {
        var client = Connect(identity: Reader(1));
        client.IsFast = false;
        Publish(Price("A", 1));
        Await(client, sent => sent.Count == 2);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(CloseReason.TokenExpired, client.Closed);
        });
    }

    [Fact]
    public void A_first_token_that_came_as_a_message_is_answered_before_the_client_is_greeted()
    {
        var identity = Reader(100);
        var client = Connect(identity: identity, first: new Authenticated(identity, "1"u8.ToArray()));
        Assert.Equal(["authenticated", "ack:1", "connected"], Names(client).Take(3));
    }

    [Fact]
    public void A_token_is_answered_even_if_none_is_needed()
    {
        var client = Connect();
        client.Client.Tell(new Authenticated(ClientIdentity.Anonymous, null));
        Await(client, sent => sent[^1] == """authenticated {"expires_at":null}""");
    }

    private ClientIdentity Reader(double seconds, params string[] rooms) =>
        new("reader", RoomGrant.Of(rooms.Length == 0 ? Market : rooms), null, Time.GetUtcNow().AddSeconds(seconds));

    private ClientIdentity Renew(MemoryTransport client, double seconds, string? ackId = null, params string[] rooms)
    {
        var identity = Reader(seconds, rooms);
        client.Client.Tell(new Authenticated(identity, ackId is null ? (ReadOnlyMemory<byte>?)null : System.Text.Encoding.UTF8.GetBytes(ackId)));
        return identity;
    }

    /// <summary>Lets the time pass in steps of a second, each seen by the clock and the client before the next one.</summary>
    private void Pass(MemoryTransport client, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Settle(client);
            Advance(TimeSpan.FromSeconds(1));
            Settle(client);
            if (client.Closed is not null) return;
        }
    }

    private void Settle(MemoryTransport client)
    {
        Sys.ActorSelection("/user/token-clock").Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>();
        if (client.Closed is not null) return;
        // A client that has just closed answers no more.
        client.Client.Tell(WhenHandled.Instance, TestActor);
        AwaitCondition(() => HasMessages || client.Closed is not null, TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(1));
        if (HasMessages) ExpectMsg<WhenHandled>();
    }

    private void AwaitClosed(MemoryTransport client, CloseReason reason) => AwaitAssert(() => Assert.Equal(reason, client.Closed));
}
