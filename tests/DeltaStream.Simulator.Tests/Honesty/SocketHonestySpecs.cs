namespace DeltaStream.Simulator.Tests.Honesty;

public sealed class TwinOfTheSocketSpecs : SocketHonestySpecs
{
    private protected override SocketUnderTest Start() => new TwinSocket();
}

public sealed class SocketOfTheSystemSpecs : SocketHonestySpecs
{
    private protected override SocketUnderTest Start() => new RealSocket();
}

/// <summary>What the simulation's twin of a socket and the node's sender on a real one have in common.</summary>
public abstract class SocketHonestySpecs
{
    // The twin runs on one thread, so nothing may go on elsewhere.
    protected SocketHonestySpecs() => SynchronizationContext.SetSynchronizationContext(null);

    private protected abstract SocketUnderTest Start();

    [Fact]
    public void A_client_that_reads_gets_every_frame_once_and_in_order()
    {
        using var socket = Start();
        for (var i = 0; i < 300; i++)
        {
            var readies = socket.Readies;
            if (!socket.Write(i)) socket.Until(() => socket.Readies > readies, "ready");
        }

        socket.Until(() => socket.Read.Count == 300, "the frames");
        Assert.Equal(Enumerable.Range(0, 300), socket.Read);
    }

    [Fact]
    public void A_client_that_does_not_read_makes_the_connection_not_ready_until_it_reads_again()
    {
        using var socket = Start();
        var written = 0;
        for (var round = 0; round < 5; round++)
        {
            socket.StopReading();
            while (socket.Write(written++))
            {
                // The kernel takes a number of frames, and the twin does too.
                Assert.InRange(written, 0, 10_000);
            }

            // A frame that is written anyway is not lost, and it does not make the connection ready.
            Assert.False(socket.Write(written++));
            Assert.Equal(round, socket.Readies);
            socket.ReadAgain();
            socket.Until(() => socket.Readies == round + 1, "ready again");
            socket.Until(() => socket.Read.Count == written, "the frames");
        }

        Assert.Equal(Enumerable.Range(0, written), socket.Read);
    }

    [Fact]
    public void Writing_to_a_client_that_is_gone_fails_nothing_and_reaches_nobody()
    {
        using var socket = Start();
        socket.Write(1);
        socket.Until(() => socket.Read.Count == 1, "the frame");
        socket.Break();
        for (var i = 2; i < 50; i++) socket.Write(i);
        Assert.Equal([1], socket.Read);
    }
}
