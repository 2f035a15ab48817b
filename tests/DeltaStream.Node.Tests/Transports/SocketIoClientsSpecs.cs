using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Clients;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>How often one may ask to come in.</summary>
public sealed class SocketIoClientsSpecs : ClientConnectionSpec
{
    private const int Burst = 100;

    [Fact]
    public async Task A_client_that_is_not_connected_gets_at_most_eight_invalid_namespace_errors()
    {
        var connection = new SocketIoClients(Services).Open(Link);
        for (var i = 0; i < 8; i++) Assert.Equal("Invalid namespace", (await connection.ConnectAsync("/other", default)).Refusal);
        Assert.Null(Link.ClosedWith);
        await connection.ConnectAsync("/other", default);
        Assert.Equal(CloseReason.ProtocolError, Link.ClosedWith);
    }

    [Fact]
    public async Task Each_CONNECT_to_an_unknown_namespace_counts_as_a_message()
    {
        var connection = new SocketIoClients(Services).Open(Link);
        var connecting = connection.ConnectAsync("/", """{"token":"good"}"""u8.ToArray());
        ExpectMsg<OpenClient>();
        Reply(new ClientOpened(TestActor));
        Assert.Null((await connecting).Refusal);

        for (var i = 0; i < Burst; i++) Assert.Equal("Invalid namespace", (await connection.ConnectAsync("/other", default)).Refusal);
        Assert.Equal(RequestError.TooManyMessages(Services.Rate.PerSecond, Services.Rate.Burst).Message, (await connection.ConnectAsync("/other", default)).Refusal);
        Assert.Null(Link.ClosedWith);
    }
}
