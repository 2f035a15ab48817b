using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.TestSupport;
using Microsoft.AspNetCore.Http;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>Requests for a session that another node holds.</summary>
public sealed class RelayedRequestSpecs : TwoRelays
{
    [Fact]
    public async Task A_body_that_comes_too_slowly_is_answered_400_and_ends_its_session()
    {
        var session = There.Open();
        Assert.Equal((400, ""), await Here.RequestAsync("POST", session, new SlowBody()));
        await Eventually.True(() => There.ClosedWith == CloseReason.TransportError, "the session is closed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_poll_after_the_upgrade_is_refused_without_harm_to_the_session(bool hasHungUp)
    {
        var session = There.Open();
        await There.UpgradeAsync(session);
        var (status, body) = await Here.RequestAsync("GET", session, Stream.Null, new CancellationToken(hasHungUp));
        Assert.Equal(400, status);
        if (!hasHungUp) Assert.Equal("""{"code":3,"message":"Bad request"}""", body);

        // What the node here has said of the poll's end came before this.
        var look = new FieldWriter().Text(session.Sid).Text("").ToBytes();
        Assert.Equal([2], await Here.Relay.AskAsync(AddressThere, RelayKind.FindSession, look));
        Assert.Null(There.ClosedWith);
    }

    [Fact]
    public async Task A_poll_that_waits_while_its_sessions_node_drains_is_refused_and_so_is_a_later_one()
    {
        var session = There.Open();
        var poll = Here.RequestAsync("GET", session, Stream.Null);
        await Eventually.True(() => There.IsReady, "the poll waits");
        session.Close(CloseReason.ServerDraining);

        var refused = (400, """{"code":1,"message":"Session ID unknown"}""");
        Assert.Equal(refused, await poll.WaitAsync(Eventually.Patience));
        Assert.Equal((200, "ok"), await Here.RequestAsync("POST", session, new MemoryStream("4a"u8.ToArray())));
        Assert.Equal(refused, await Here.RequestAsync("GET", session, Stream.Null));
    }

}

/// <summary>A body that the web server has given up.</summary>
internal sealed class SlowBody : MemoryStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromException<int>(new BadHttpRequestException("too slow", StatusCodes.Status408RequestTimeout));
}
