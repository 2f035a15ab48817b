using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Framing;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>A server's WebSocket and, in the place of the client and its network, the two pipes to it.</summary>
internal sealed class WebSocketPair
{
    private readonly Pipe _toServer;
    private readonly Pipe _toClient;
    private byte[] _unread = [];

    /// <param name="room">How much the network takes before a flush has to wait.</param>
    /// <param name="inStep">Whether sending completes only once the server has taken in what was sent.</param>
    public WebSocketPair(Deadlines deadlines, TransportSettings settings, int room = 32 * 1024, bool inStep = false)
    {
        _toServer = new Pipe(inStep ? new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false) : PipeOptions.Default);
        // As Kestrel's: whoever waits for room goes on within the client's reading.
        _toClient = new Pipe(new PipeOptions(
            writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: room, resumeWriterThreshold: room / 2, useSynchronizationContext: false));
        Server = new WebSocketConnection(_toServer.Reader, new PipeSender(_toClient.Writer, new ConnectionEnd()), Abort, deadlines, settings);
    }

    public WebSocketConnection Server { get; }

    public bool IsAborted { get; private set; }

    public Task SendAsync(string text) => SendAsync(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a frame as a client does, masked.</summary>
    public async Task SendAsync(WebSocketOpcode opcode, byte[] data)
    {
        var frame = new List<byte> { (byte)(0x80 | (byte)opcode) };
        if (data.Length <= 125)
        {
            frame.Add((byte)(0x80 | data.Length));
        }
        else
        {
            var length = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)data.Length);
            frame.AddRange(data.Length <= ushort.MaxValue ? [0x80 | 126, .. length[6..]] : [0x80 | 127, .. length]);
        }
        // A mask of zeros leaves the data as it is.
        frame.AddRange([0, 0, 0, 0, .. data]);
        await _toServer.Writer.WriteAsync(frame.ToArray());
    }

    /// <summary>The client's network is gone.</summary>
    public void Break() => _toServer.Writer.Complete();

    /// <summary>How many bytes lie in the network, unread by the client.</summary>
    public int Unread
    {
        get
        {
            if (!_toClient.Reader.TryRead(out var result)) return 0;
            _toClient.Reader.AdvanceTo(result.Buffer.Start);
            return (int)result.Buffer.Length;
        }
    }

    /// <summary>Waits for the next frame.</summary>
    public async Task<(WebSocketOpcode Opcode, byte[] Data)> ReceiveAsync()
    {
        (WebSocketOpcode, byte[])? frame = null;
        await Eventually.True(() =>
        {
            Pull();
            return (frame = Take()) is not null;
        }, "a frame");
        return frame!.Value;
    }

    /// <summary>Waits for the next frame, which is text.</summary>
    public async Task<string> ReceiveTextAsync()
    {
        var (opcode, data) = await ReceiveAsync();
        Assert.Equal(WebSocketOpcode.Text, opcode);
        return Encoding.UTF8.GetString(data);
    }

    /// <summary>Waits for the next frame, which closes, and gives its code.</summary>
    public async Task<int> ReceiveCloseAsync()
    {
        var (opcode, data) = await ReceiveAsync();
        Assert.Equal(WebSocketOpcode.Close, opcode);
        return BinaryPrimitives.ReadUInt16BigEndian(data);
    }

    /// <summary>Whether nothing has come that was not received.</summary>
    public bool IsSilent
    {
        get
        {
            Pull();
            return _unread.Length == 0;
        }
    }

    /// <summary>Takes all that has come off the network, and what comes because of that; it is received later.</summary>
    public void Drain()
    {
        while (Pull())
        {
        }
    }

    private bool Pull()
    {
        if (!_toClient.Reader.TryRead(out var result) || result.Buffer.IsEmpty) return false;
        _unread = [.. _unread, .. result.Buffer.ToArray()];
        _toClient.Reader.AdvanceTo(result.Buffer.End);
        return true;
    }

    private (WebSocketOpcode, byte[])? Take()
    {
        if (_unread.Length < 2) return null;
        var (header, length) = _unread[1] switch
        {
            126 => (4, (int)BinaryPrimitives.ReadUInt16BigEndian(_unread.AsSpan(2))),
            127 => (10, (int)BinaryPrimitives.ReadUInt64BigEndian(_unread.AsSpan(2))),
            var small => (2, (int)small),
        };
        if (_unread.Length < header + length) return null;
        var frame = ((WebSocketOpcode)(_unread[0] & 0x0f), _unread[header..(header + length)]);
        _unread = _unread[(header + length)..];
        return frame;
    }

    private void Abort()
    {
        IsAborted = true;
        _toServer.Writer.Complete();
        _toClient.Reader.Complete();
    }
}
