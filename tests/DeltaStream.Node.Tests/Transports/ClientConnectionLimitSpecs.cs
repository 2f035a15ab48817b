using Akka.Actor;
using Akka.TestKit;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Clients;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>Tokens that a client brings on the way, and how much it may say.</summary>
public sealed class ClientConnectionLimitSpecs : ClientConnectionSpec
{
    [Fact]
    public async Task A_token_is_checked_and_its_identity_is_passed_on_in_the_order_of_events()
    {
        await OpenAsync();
        await Client.TellEventAsync("get_products", default, null);
        await Client.TellEventAsync("authenticate", """{"token":"good"}"""u8.ToArray(), "1"u8.ToArray());
        await Client.TellEventAsync("get_products", default, null);

        ExpectMsg<ClientEvent>();
        var authenticated = ExpectMsg<Authenticated>();
        Assert.Equal(("somebody", "1"), (authenticated.Identity.Subject, Text(authenticated.AckId!.Value)));
        ExpectMsg<ClientEvent>();
    }

    [Theory]
    [InlineData("""{"token":"bad"}""", "The token has expired")]
    [InlineData("{}", "A token is needed")]
    [InlineData("", "A token is needed")]
    [InlineData("[1]", "A token is needed")]
    [InlineData("""{"token":null}""", "A token is needed")]
    [InlineData("""{"token":7}""", "The token has expired")]
    [InlineData("""{"token":"\ud800"}""", "The token has expired")]
    public async Task An_invalid_token_is_refused(string data, string message)
    {
        await OpenAsync();
        await Client.TellEventAsync("authenticate", System.Text.Encoding.UTF8.GetBytes(data), "1"u8.ToArray());

        var refused = ExpectMsg<InvalidClientMessage>();
        Assert.Equal(("unauthorized", message, "1"), (refused.Error.Code, refused.Error.Message, Text(refused.AckId!.Value)));
    }

    [Fact]
    public async Task Each_message_beyond_the_burst_is_refused_and_no_token_among_them_is_checked()
    {
        await OpenAsync();
        HandleAtOnce();
        for (var i = 0; i < 100; i++) await Client.TellEventAsync("get_products", default, null);
        await Client.TellEventAsync("authenticate", """{"token":"good"}"""u8.ToArray(), "7"u8.ToArray());
        await Client.TellInvalidAsync(new InvalidClientMessage(RequestError.NoEvent("no")));

        for (var i = 0; i < 100; i++) ExpectMsg<ClientEvent>();
        var refused = ExpectMsg<InvalidClientMessage>();
        Assert.Equal(("rate_limited", "7"), (refused.Error.Code, Text(refused.AckId!.Value)));
        Assert.Equal("rate_limited", ExpectMsg<InvalidClientMessage>().Error.Code);
        Assert.Equal(0, Tokens.Checked);
    }

    [Fact]
    public async Task Messages_before_a_reconnect_and_the_reconnect_itself_count_toward_the_limit()
    {
        await OpenAsync();
        HandleAtOnce();
        for (var i = 0; i < 98; i++) await Client.TellEventAsync("get_products", default, null);
        Assert.True(await Client.MayComeBackAsync());
        var again = new ClientTransport(Link, SocketIoProtocol.Instance, Services, Client);
        Assert.True(await again.MayComeBackAsync());
        Assert.False(await again.MayComeBackAsync());
        Time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.True(await again.MayComeBackAsync());
    }

    [Fact]
    public async Task After_a_burst_messages_are_accepted_at_the_rate()
    {
        await OpenAsync();
        HandleAtOnce();
        for (var i = 0; i < 100; i++) await Client.TellEventAsync("get_products", default, null);
        Time.Advance(TimeSpan.FromMilliseconds(100));
        for (var i = 0; i < 6; i++) await Client.TellEventAsync("get_products", default, null);

        for (var i = 0; i < 105; i++) ExpectMsg<ClientEvent>();
        ExpectMsg<InvalidClientMessage>();
    }

    [Fact]
    public async Task A_client_that_keeps_sending_is_not_read_from_for_a_second()
    {
        await OpenAsync();
        HandleAtOnce();
        for (var i = 0; i < 199; i++) await Client.TellEventAsync("get_products", default, null);
        var held = Client.TellEventAsync("get_products", default, null).AsTask();
        Assert.False(held.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(1));
        await held.WaitAsync(Eventually.Patience);
    }

    /// <summary>Answers barriers as an actor that is never behind does.</summary>
    private void HandleAtOnce()
    {
        IgnoreMessages(message => message is WhenHandled);
        SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            if (message is WhenHandled) sender.Tell(message);
            return AutoPilot.KeepRunning;
        }));
    }
}
