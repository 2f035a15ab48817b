using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.DirectSockets;
using DeltaStream.Simulator.Twins;
using DeltaStream.Simulator.World;
using DeltaStream.TestSupport;

namespace DeltaStream.Simulator.Tests.Honesty;

/// <summary>The node's side of a client's connection, and a client that reads when it is told to: the twin, or a real socket.</summary>
internal abstract class SocketUnderTest : IDisposable
{
    /// <summary>The size of each frame, of which the kernel takes some before it is full.</summary>
    protected const int FrameBytes = 100_000;

    private readonly List<int> _read = [];

    /// <summary>The numbers of the frames that the client has read.</summary>
    public IReadOnlyList<int> Read
    {
        get { lock (_read) return [.. _read]; }
    }

    /// <summary>How often the connection has become ready again.</summary>
    public abstract int Readies { get; }

    /// <summary>Writes one frame; false if no more may be written until the connection is ready again.</summary>
    public bool Write(int number)
    {
        var bytes = new byte[FrameBytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Write(new Frame(bytes));
    }

    public abstract void StopReading();

    public abstract void ReadAgain();

    /// <summary>The client is gone, without a word.</summary>
    public abstract void Break();

    public abstract void Until(Func<bool> condition, string what);

    public abstract void Dispose();

    protected abstract bool Write(Frame frame);

    protected void OnRead(ReadOnlySpan<byte> frame)
    {
        lock (_read) _read.Add(BinaryPrimitives.ReadInt32LittleEndian(frame));
    }
}

/// <summary>The simulation's socket.</summary>
internal sealed class TwinSocket : SocketUnderTest, ISocketPeer
{
    private readonly SimWorld _world = new(new SimOptions { Kinds = [] });
    private readonly SimNode _node;
    private readonly SocketTwin _socket;
    private int _readies;

    public TwinSocket()
    {
        _node = _world.Machines[0].Node = new SimNode(_world, 0, 1);
        _socket = new SocketTwin(_node, this);
        _socket.Attach(new CallbackRef(_node, message => _readies += message is TransportReady ? 1 : 0));
        // The first one is the greeting's.
        _readies = 0;
    }

    public override int Readies => _readies;

    public override void StopReading() => _socket.StopReading();

    public override void ReadAgain() => _socket.ReadAgain();

    public override void Break() => _socket.Break(TimeSpan.FromMilliseconds(10), false);

    public override void Until(Func<bool> condition, string what)
    {
        for (var end = _world.Loop.Now + TimeSpan.FromMinutes(2); !condition(); _world.Loop.RunUntil(_world.Loop.Now + TimeSpan.FromMilliseconds(5)))
            if (_world.Loop.Now > end || _world.Loop.IsOver) throw new TimeoutException($"not within two virtual minutes: {what} {_world.Loop.Escaped}");
    }

    public override void Dispose() => _node.Die();

    void ISocketPeer.OnFrame(SocketTwin socket, ReadOnlySpan<byte> line) => OnRead(line);

    void ISocketPeer.OnClosed(SocketTwin socket, string reason)
    {
        // The scenarios close no connection from the server's side.
    }

    protected override bool Write(Frame frame) => _socket.Write([frame]);
}

/// <summary>The node's sender on a socket of the system.</summary>
internal sealed class RealSocket : SocketUnderTest, ILinkListener
{
    private readonly Socket _server;
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SocketSender _sender;
    private readonly ManualResetEventSlim _isReading = new(true);
    private readonly Thread _reader;
    private int _readies;

    public RealSocket()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client.Connect(listener.LocalEndPoint!);
        _server = listener.Accept();
        _sender = new SocketSender(_server, new ConnectionEnd());
        Assert.True(_sender.Attach(this));
        _reader = new Thread(ReadFrames) { IsBackground = true };
        _reader.Start();
    }

    public override int Readies => Volatile.Read(ref _readies);

    public override void StopReading() => _isReading.Reset();

    public override void ReadAgain() => _isReading.Set();

    public override void Break()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Dispose();
    }

    public override void Until(Func<bool> condition, string what) => Eventually.True(condition, what).GetAwaiter().GetResult();

    public override void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _isReading.Set();
        _reader.Join();
        _isReading.Dispose();
    }

    void ILinkListener.Ready() => Interlocked.Increment(ref _readies);

    void ILinkListener.Ended(CloseReason reason)
    {
        // The sender only sends; who reads from the socket notices its end.
    }

    protected override bool Write(Frame frame) => _sender.Write([frame]);

    private void ReadFrames()
    {
        var frame = new byte[FrameBytes];
        try
        {
            while (true)
            {
                for (var at = 0; at < frame.Length;)
                {
                    _isReading.Wait();
                    var read = _client.Receive(frame.AsSpan(at));
                    if (read == 0) return;
                    at += read;
                }

                OnRead(frame);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is closed.
        }
    }
}
