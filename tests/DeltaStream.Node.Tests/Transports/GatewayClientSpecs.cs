using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Transports;
using DeltaStream.Node.Transports.Gateway;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;
using Barrier = DeltaStream.Actors.Clients.Barrier;

namespace DeltaStream.Node.Tests.Transports;

public sealed class GatewayClientSpecs : TestKit
{
    private readonly Link _link = new();
    private readonly GatewayClient _client;

    private readonly FakeTimeProvider _time = new();
    private readonly FakeTokens _tokens = new();

    public GatewayClientSpecs() => _client = new GatewayClient(
        _link, SocketIoProtocol.Instance, new GatewayContext(() => TestActor, _tokens, null, new MessageRate(50, 100), _time));

    [Fact]
    public async Task It_asks_the_supervisor_for_an_actor_and_passes_everything_on_in_order()
    {
        await OpenAsync();
        _client.Ready();
        await _client.TellEventAsync("subscribe", "{}"u8.ToArray(), "7"u8.ToArray());
        _client.Closed(CloseReason.ClientClosed);

        ExpectMsg<TransportReady>();
        var sent = ExpectMsg<ClientEvent>();
        Assert.Equal(("subscribe", "{}", "7"), (sent.Event, Text(sent.Data), Text(sent.AckId!.Value)));
        Assert.Equal(CloseReason.ClientClosed, ExpectMsg<TransportClosed>().Reason);
    }

    [Fact]
    public async Task An_event_without_an_acknowledgement_id_asks_for_none()
    {
        await OpenAsync();
        await _client.TellEventAsync("get_products", default, null);

        Assert.Null(ExpectMsg<ClientEvent>().AckId);
    }

    [Fact]
    public async Task The_actors_bytes_are_its_own()
    {
        await OpenAsync();
        var buffer = "first"u8.ToArray();
        await _client.TellEventAsync("x", buffer, null);
        "later"u8.CopyTo(buffer);

        Assert.Equal("first", Text(ExpectMsg<ClientEvent>().Data));
    }

    [Fact]
    public async Task A_refused_client_is_told_why()
    {
        var opening = _client.OpenAsync("sid", ClientIdentity.Anonymous);
        ExpectMsg<OpenClient>();
        Reply(new ClientRefused("too many"));

        Assert.Equal("too many", await opening);
    }

    [Fact]
    public async Task An_actor_that_comes_after_the_connection_has_ended_is_told_at_once()
    {
        var opening = _client.OpenAsync("sid", ClientIdentity.Anonymous);
        ExpectMsg<OpenClient>();
        _client.Closed(CloseReason.TransportError);
        Reply(new ClientOpened(TestActor));
        await opening;

        Assert.Equal(CloseReason.TransportError, ExpectMsg<TransportClosed>().Reason);
    }

    [Fact]
    public async Task Nothing_is_told_after_the_end()
    {
        await OpenAsync();
        _client.Closed(CloseReason.ClientClosed);
        ExpectMsg<TransportClosed>();
        _client.Closed(CloseReason.TransportError);
        _client.Ready();
        await _client.TellEventAsync("x", default, null);
        TestActor.Tell("end");

        ExpectMsg("end");
    }

    [Fact]
    public async Task It_settles_when_the_actor_has_handled_what_came_before()
    {
        await OpenAsync();
        var settling = _client.SettleAsync().AsTask();
        ExpectMsg<Barrier>();
        Assert.False(settling.IsCompleted);
        Reply(Barrier.Instance);

        await settling;
    }

    [Fact]
    public async Task A_wait_for_the_actor_ends_with_the_connection()
    {
        await OpenAsync();
        var settling = _client.SettleAsync().AsTask();
        ExpectMsg<Barrier>();
        _client.Closed(CloseReason.TransportError);

        await settling.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task No_more_than_32_inputs_wait_in_the_actors_mailbox()
    {
        await OpenAsync();
        for (var i = 0; i < 31; i++) await _client.TellEventAsync("x", default, null);
        var last = _client.TellEventAsync("x", default, null).AsTask();
        for (var i = 0; i < 32; i++) ExpectMsg<ClientEvent>();
        ExpectMsg<Barrier>();
        Assert.False(last.IsCompleted);
        Reply(Barrier.Instance);

        await last.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task Nothing_more_is_read_while_the_actor_says_so()
    {
        await OpenAsync();
        ((IClientTransport)_client).SetReading(false);
        var held = _client.TellEventAsync("x", default, null).AsTask();
        ExpectMsg<ClientEvent>();
        Assert.False(held.IsCompleted);
        ((IClientTransport)_client).SetReading(true);

        await held.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task Who_is_held_back_is_let_go_at_the_end()
    {
        await OpenAsync();
        ((IClientTransport)_client).SetReading(false);
        var held = _client.TellEventAsync("x", default, null).AsTask();
        _client.Closed(CloseReason.SlowConsumer);

        await held.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_client_that_is_gone_writes_and_closes_nothing()
    {
        await OpenAsync();
        var frame = SocketIoProtocol.Instance.EncodeEvent("x", "1"u8);
        Assert.True(_client.Write([frame]));
        _client.Closed(CloseReason.ClientClosed);

        Assert.False(_client.Write([frame]));
        _client.Close(CloseReason.ServerError);
        Assert.Equal((1, null), (_link.Written, _link.ClosedWith));
    }

    private async Task OpenAsync()
    {
        var opening = _client.OpenAsync("sid", ClientIdentity.Anonymous);
        var open = ExpectMsg<OpenClient>();
        Assert.Equal(("sid", _client), (open.SessionId, open.Transport));
        Reply(new ClientOpened(TestActor));
        Assert.Null(await opening);
    }

    private void Reply(object message) => LastSender.Tell(message, TestActor);

    private static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

    [Fact]
    public async Task A_token_is_checked_and_what_it_says_is_passed_on_in_the_order_of_events()
    {
        await OpenAsync();
        await _client.TellEventAsync("get_products", default, null);
        await _client.TellEventAsync("authenticate", """{"token":"good"}"""u8.ToArray(), "1"u8.ToArray());
        await _client.TellEventAsync("get_products", default, null);

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
    public async Task A_token_that_is_not_good_is_refused(string data, string message)
    {
        await OpenAsync();
        await _client.TellEventAsync("authenticate", System.Text.Encoding.UTF8.GetBytes(data), "1"u8.ToArray());

        var refused = ExpectMsg<InvalidClientMessage>();
        Assert.Equal(("unauthorized", message, "1"), (refused.Code, refused.Message, Text(refused.AckId!.Value)));
    }

    [Fact]
    public async Task Messages_beyond_the_burst_are_refused_each_and_no_token_among_them_is_looked_at()
    {
        await OpenAsync();
        SettleAtOnce();
        for (var i = 0; i < 100; i++) await _client.TellEventAsync("get_products", default, null);
        await _client.TellEventAsync("authenticate", """{"token":"good"}"""u8.ToArray(), "7"u8.ToArray());
        await _client.TellInvalidAsync(new InvalidClientMessage("invalid_message", "no"));

        for (var i = 0; i < 100; i++) ExpectMsg<ClientEvent>();
        var refused = ExpectMsg<InvalidClientMessage>();
        Assert.Equal(("rate_limited", "7"), (refused.Code, Text(refused.AckId!.Value)));
        Assert.Equal("rate_limited", ExpectMsg<InvalidClientMessage>().Code);
        Assert.Equal(0, _tokens.Checked);
    }

    [Fact]
    public async Task After_a_burst_messages_are_taken_at_the_rate()
    {
        await OpenAsync();
        SettleAtOnce();
        for (var i = 0; i < 100; i++) await _client.TellEventAsync("get_products", default, null);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        for (var i = 0; i < 6; i++) await _client.TellEventAsync("get_products", default, null);

        for (var i = 0; i < 105; i++) ExpectMsg<ClientEvent>();
        ExpectMsg<InvalidClientMessage>();
    }

    [Fact]
    public async Task A_client_that_goes_on_sending_is_not_read_from_for_a_second()
    {
        await OpenAsync();
        SettleAtOnce();
        for (var i = 0; i < 199; i++) await _client.TellEventAsync("get_products", default, null);
        var held = _client.TellEventAsync("get_products", default, null).AsTask();
        Assert.False(held.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await held.WaitAsync(Eventually.Patience);
    }

    /// <summary>Answers barriers as an actor that is never behind does.</summary>
    private void SettleAtOnce()
    {
        IgnoreMessages(message => message is Barrier);
        SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            if (message is Barrier) sender.Tell(message);
            return AutoPilot.KeepRunning;
        }));
    }

    private sealed class FakeTokens : ITokenValidator
    {
        public int Checked { get; private set; }

        public bool NeedsToken => true;

        public ValueTask<TokenCheck> CheckAsync(string? token)
        {
            Checked++;
            return new(token switch
            {
                "good" => new TokenCheck(ClientIdentity.Anonymous with { Subject = "somebody" }, null),
                null => new TokenCheck(null, TokenRefusal.Missing),
                _ => new TokenCheck(null, TokenRefusal.Expired),
            });
        }
    }

    private sealed class Link : IConnectionLink
    {
        public int Written { get; private set; }

        public CloseReason? ClosedWith { get; private set; }

        public string Transport => TransportName.WebSocket;

        public string? BearerToken => null;

        public int MaxBatch => 64;

        public bool Write(IReadOnlyList<Frame> frames)
        {
            Written += frames.Count;
            return true;
        }

        public void Close(CloseReason reason) => ClosedWith = reason;
    }
}
