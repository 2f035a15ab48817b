using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>Compresses what is worth it, once for all connections that agreed on it.</summary>
internal sealed class FrameDeflater
{
    private static FrameDeflater? _last;

    private readonly int _from;
    private readonly Func<Frame, Frame> _compress;

    private FrameDeflater(int from)
    {
        _from = from;
        _compress = static frame => WebSocketDeflate.TryCompress(new EncodedFrame(frame.Bytes, frame.HeaderLength)) is { } smaller ? EngineFrameOf(smaller) : frame;
    }

    /// <summary>The one for messages from this size on; the same for all connections of a process.</summary>
    public static FrameDeflater From(int bytes) => _last is { } last && last._from == bytes ? last : _last = new FrameDeflater(bytes);

    /// <summary>The frame as it is to leave.</summary>
    public Frame Deflate(Frame frame) => frame.Bytes.Length - frame.HeaderLength < _from ? frame : frame.Compressed(_compress);

    private static Frame EngineFrameOf(in EncodedFrame frame) => new(frame.Bytes, frame.HeaderLength);
}
