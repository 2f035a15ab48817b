using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Clients;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>What passes between a client's connection and its actor, and when.</summary>
public sealed class ClientConnectionSpecs : ClientConnectionSpec
{
    [Fact]
    public async Task A_connection_asks_the_supervisor_for_an_actor_and_passes_each_message_on_in_order()
    {
        await OpenAsync();
        Client.Ready();
        await Client.TellEventAsync("subscribe", "{}"u8.ToArray(), "7"u8.ToArray());
        Client.Ended(CloseReason.ClientClosed);

        ExpectMsg<TransportReady>();
        var sent = ExpectMsg<ClientEvent>();
        Assert.Equal(("subscribe", "{}", "7"), (sent.Event, Text(sent.Data), Text(sent.AckId!.Value)));
        Assert.Equal(CloseReason.ClientClosed, ExpectMsg<TransportClosed>().Reason);
    }

    [Fact]
    public async Task A_late_actor_learns_that_its_client_is_gone()
    {
        var opening = Client.OpenAsync("sid", ClientIdentity.Anonymous).AsTask();
        ExpectMsg<OpenClient>();
        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("Server is busy", await opening.WaitAsync(Eventually.Patience));
        Reply(new ClientOpened(TestActor));
        Assert.Equal(CloseReason.ServerError, ExpectMsg<TransportClosed>().Reason);
    }

    [Fact]
    public async Task An_event_without_an_id_asks_for_no_acknowledgement()
    {
        await OpenAsync();
        await Client.TellEventAsync("get_products", default, null);

        Assert.Null(ExpectMsg<ClientEvent>().AckId);
    }

    [Fact]
    public async Task The_actor_gets_its_own_copy_of_the_bytes()
    {
        await OpenAsync();
        var buffer = "first"u8.ToArray();
        await Client.TellEventAsync("x", buffer, null);
        "later"u8.CopyTo(buffer);

        Assert.Equal("first", Text(ExpectMsg<ClientEvent>().Data));
    }

    [Fact]
    public async Task A_refused_client_gets_the_reason()
    {
        var opening = Client.OpenAsync("sid", ClientIdentity.Anonymous);
        ExpectMsg<OpenClient>();
        Reply(new ClientRefused("too many"));

        Assert.Equal("too many", await opening);
    }

    [Fact]
    public async Task An_actor_attached_after_the_end_learns_of_it_at_once()
    {
        var opening = Client.OpenAsync("sid", ClientIdentity.Anonymous);
        ExpectMsg<OpenClient>();
        Link.End.TryEnd(CloseReason.TransportError);
        Link.End.Announce();
        Reply(new ClientOpened(TestActor));
        await opening;
        Link.Attach(Client);

        Assert.Equal(CloseReason.TransportError, ExpectMsg<TransportClosed>().Reason);
    }

    [Fact]
    public async Task Nothing_is_delivered_after_the_end()
    {
        await OpenAsync();
        Client.Ended(CloseReason.ClientClosed);
        ExpectMsg<TransportClosed>();
        Client.Ended(CloseReason.TransportError);
        Client.Ready();
        await Client.TellEventAsync("x", default, null);
        TestActor.Tell("end");

        ExpectMsg("end");
    }

    [Fact]
    public async Task A_wait_for_the_actor_ends_when_it_has_handled_the_earlier_messages()
    {
        await OpenAsync();
        var settling = Client.WhenHandledAsync().AsTask();
        ExpectMsg<WhenHandled>();
        Assert.False(settling.IsCompleted);
        Reply(WhenHandled.Instance);

        await settling;
    }

    [Fact]
    public async Task A_wait_for_the_actor_ends_with_the_connection()
    {
        await OpenAsync();
        var settling = Client.WhenHandledAsync().AsTask();
        ExpectMsg<WhenHandled>();
        Client.Ended(CloseReason.TransportError);

        await settling.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task No_more_than_32_inputs_wait_in_the_actors_mailbox()
    {
        await OpenAsync();
        for (var i = 0; i < 31; i++) await Client.TellEventAsync("x", default, null);
        var last = Client.TellEventAsync("x", default, null).AsTask();
        for (var i = 0; i < 32; i++) ExpectMsg<ClientEvent>();
        ExpectMsg<WhenHandled>();
        Assert.False(last.IsCompleted);
        Reply(WhenHandled.Instance);

        await last.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task Nothing_is_read_while_the_actor_has_stopped_reading()
    {
        await OpenAsync();
        ((IClientTransport)Client).SetReading(false);
        var held = Client.TellEventAsync("x", default, null).AsTask();
        ExpectMsg<ClientEvent>();
        Assert.False(held.IsCompleted);
        ((IClientTransport)Client).SetReading(true);

        await held.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_reader_that_is_held_back_continues_when_the_connection_ends()
    {
        await OpenAsync();
        ((IClientTransport)Client).SetReading(false);
        var held = Client.TellEventAsync("x", default, null).AsTask();
        Client.Ended(CloseReason.SlowConsumer);

        await held.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_client_that_is_gone_writes_and_closes_nothing()
    {
        await OpenAsync();
        var frame = SocketIoProtocol.Instance.EncodeEvent("x", "1"u8);
        Assert.True(Client.Write([frame]));
        Client.Ended(CloseReason.ClientClosed);

        Assert.False(Client.Write([frame]));
        Client.Close(CloseReason.ServerError);
        Assert.Equal((1, null), (Link.Written, Link.ClosedWith));
    }
}
