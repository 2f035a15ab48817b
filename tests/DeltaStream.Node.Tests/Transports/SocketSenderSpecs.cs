using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.DirectSockets;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>Sending on the socket itself, against a real peer that reads when it is told to.</summary>
public sealed class SocketSenderSpecs : ILinkListener, IDisposable
{
    private readonly Socket _server;
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SocketSender _sender;
    private readonly ConnectionEnd _end = new();
    private int _readies;

    public SocketSenderSpecs()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client.Connect(listener.LocalEndPoint!);
        _server = listener.Accept();
        _sender = new SocketSender(_server, _end);
        Assert.True(_sender.Attach(this));
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(64, 200)]
    [InlineData(1, 56_000)]
    [InlineData(3, 20_000)]
    public void The_sender_stays_ready_when_the_kernel_takes_the_frame_at_once(int count, int size)
    {
        var frames = Frames(count, size);

        Assert.True(_sender.Write(frames));

        Assert.Equal(Bytes(frames), Receive(count * size));
        Assert.Equal(0, _readies);
        Assert.True(_sender.WhenSentAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_client_that_reads_later_gets_every_byte_in_order()
    {
        var sent = new List<Frame>();
        var random = new Random(1);
        for (var round = 0; round < 20; round++)
        {
            var isReady = true;
            while (isReady)
            {
                var frames = Enumerable.Range(0, random.Next(1, 20)).Select(_ => Frame(random.Next(10) == 0 ? random.Next(200_000) : random.Next(1, 400))).ToList();
                sent.AddRange(frames);
                isReady = _sender.Write(frames);
            }

            // What comes while the socket is full waits, and keeps its place.
            Assert.True(_sender.WriteControl(Add(sent, Frame(10))));
            Assert.Equal(Bytes(sent), Receive(sent.Sum(frame => frame.Bytes.Length)));
            await Eventually.True(() => Volatile.Read(ref _readies) == round + 1, "ready");
            sent.Clear();
        }
    }

    [Fact]
    public void A_stuck_client_holds_no_copy_of_the_frames_that_wait_for_it()
    {
        var frames = Frames(64, 1_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(_sender.Write(frames));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
    }

    [Fact]
    public void The_last_frame_comes_after_the_half_sent_frame_and_instead_of_waiting_frames()
    {
        var half = Frame(10_000_000);
        Assert.False(_sender.Write([half]));
        Assert.True(_sender.WriteControl(Frame(100)));
        var last = Frame(20);
        _end.TryEnd(CloseReason.SlowConsumer);
        _sender.WriteLast(last, dropsWaiting: true);

        Assert.Equal(Bytes([half, last]), Receive(half.Bytes.Length + last.Bytes.Length));
    }

    [Fact]
    public void Frames_sent_before_a_frame_that_cannot_be_compressed_reach_their_own_client_only()
    {
        var compressing = new SocketSender(_server, _end, FrameDeflater.From(1024));
        var (whole, broken) = (Frame(100), new Frame(ReadOnlyMemory<byte>.Empty));

        Assert.ThrowsAny<Exception>(() => compressing.Write([whole, broken]));

        Assert.Empty(FrameBatch.OfThread.Segments);
        Assert.Equal(Bytes([whole]), Receive(whole.Bytes.Length));
    }

    [Fact]
    public async Task A_connection_that_is_closed_under_a_write_ends_it()
    {
        Assert.False(_sender.Write([Frame(10_000_000)]));
        var sent = _sender.WhenSentAsync();
        Assert.False(sent.IsCompleted);

        _server.Dispose();

        await sent.WaitAsync(Patience.ForSeconds(10));
        Assert.False(_sender.Write([Frame(1)]));
        Assert.Equal(0, _readies);
    }

    [Fact]
    public async Task A_peer_that_is_gone_ends_the_sending()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Dispose();

        await Eventually.True(() => !_sender.Write([Frame(100)]), "the end");
        Assert.True(_sender.WhenSentAsync().IsCompletedSuccessfully);
    }

    void ILinkListener.Ready() => Interlocked.Increment(ref _readies);

    void ILinkListener.Ended(CloseReason reason) { }

    private static Frame Add(List<Frame> frames, Frame frame)
    {
        frames.Add(frame);
        return frame;
    }

    private static Frame Frame(int size) => new(RandomNumberGenerator.GetBytes(size));

    private static List<Frame> Frames(int count, int size) => [.. Enumerable.Range(0, count).Select(_ => Frame(size))];

    // Compared by their hash: megabytes of differing bytes help nobody.
    private static string Bytes(IEnumerable<Frame> frames) =>
        Convert.ToHexString(SHA256.HashData([.. frames.SelectMany(frame => frame.Bytes.ToArray())]));

    private string Receive(int count)
    {
        var all = new byte[count];
        for (var read = 0; read < count;) read += _client.Receive(all.AsSpan(read));
        return Convert.ToHexString(SHA256.HashData(all));
    }
}
