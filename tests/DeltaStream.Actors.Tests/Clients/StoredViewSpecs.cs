using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Tests.Sessions;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A client that loses its connection has its views again when it comes back.</summary>
public class StoredViewSpecs : GatewaySpec
{
    private const string Asked = """{"type":"chain","symbol":"N","expiry":"2026-11-26","mode":"delta","strikes":2,"max_rate":5}""";
    private const string View = """{"mode":"delta","format":"rows","window":{"atm":[2,2]},"max_rate":5}""";

    private readonly MemorySessions _sessions;

    public StoredViewSpecs(ITestOutputHelper output)
        : this(output, new())
    {
    }

    private StoredViewSpecs(ITestOutputHelper output, MemorySessions sessions)
        : base(output, sessions: sessions) => _sessions = sessions;

    [Fact]
    public async Task The_session_of_a_lost_connection_is_stored_with_the_views_of_its_rooms()
    {
        var client = await OpenAsync(null);
        client.Emit("subscribe", Asked, "1");
        Await(client, sent => sent.Any(line => line.StartsWith("ack:1 ", StringComparison.Ordinal)));
        Watch(client.Client);
        client.Client.Tell(new TransportClosed(CloseReason.TransportError), TestActor);
        ExpectTerminated(client.Client);
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            var last = _sessions.Writes.SelectMany(write => write.Writes).Last();
            Assert.Equal((SessionState.Lost, $"client\tgeneral\tchain:N:2026-11-26\t{View}"), (last.State, last.Text));
        });

        // A client that comes back with the stored session has these views.
        var text = _sessions.Writes.SelectMany(write => write.Writes).Last().Text!;
        var session = await Recovery!.OpenAsync(null, ClientIdentity.Anonymous);
        session.Recovered = SavedSession.Read(text);
        var back = await OpenAsync(session);
        Await(back, sent => sent.Any(line => line.StartsWith("connected ", StringComparison.Ordinal)));
        AwaitAssert(() => Assert.Equal(1, NodeOrder.For(Sys).Views.ShapesInUse));
    }

    private async Task<MemoryTransport> OpenAsync(ClientSession? session)
    {
        var transport = new MemoryTransport(Protocol);
        session ??= await Recovery!.OpenAsync(null, ClientIdentity.Anonymous);
        Supervisor.Tell(new OpenClient("client", transport) { Identity = ClientIdentity.Anonymous, Session = session }, TestActor);
        transport.Client = (await ExpectMsgAsync<ClientOpened>()).Client;
        transport.Flushed();
        return transport;
    }
}
