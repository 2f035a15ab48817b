using DeltaStream.Actors.Clients;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Clients;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Tests.Timing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>A plain client that sends no token in time.</summary>
public sealed class PlainClientsSpecs : ClientConnectionSpec
{
    private readonly RecordedLog<Deadlines> _log = new();

    [Fact]
    public void It_is_told_and_closed()
    {
        GiveUp();
        Assert.Equal((1, 1, CloseReason.Unauthorized), (Tokens.Checked, Link.Written, Link.ClosedWith));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void A_fault_while_it_is_told_is_logged_once_and_the_connection_is_closed_all_the_same()
    {
        Link.Fault = new InvalidOperationException("no room");
        GiveUp();
        Assert.Equal("connection_deadline_failed", Assert.Single(_log.Lines).Event);
        Assert.Equal(CloseReason.ServerError, Link.ClosedWith);
    }

    private void GiveUp()
    {
        using var deadlines = new Deadlines(Time, TimeSpan.FromMilliseconds(10), _log);
        var client = new PlainClients(Services).Open(Link);
        new ConnectTimeout(deadlines, TimeSpan.FromSeconds(10), client.GiveUp, () => Link.Close(CloseReason.ServerError)).Run();
        Time.Advance(TimeSpan.FromSeconds(11));
    }
}
