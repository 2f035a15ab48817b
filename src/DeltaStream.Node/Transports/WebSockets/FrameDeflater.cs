using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>Compresses large frames, each once for all connections with permessage-deflate.</summary>
/// <param name="from">The smallest payload that is compressed, in bytes.</param>
internal sealed class FrameDeflater(int from)
{
    private static FrameDeflater? _last;

    /// <summary>The deflater for messages of at least this size; all connections of a process share one.</summary>
    public static FrameDeflater From(int bytes) => _last is { } last && last.Least == bytes ? last : _last = new FrameDeflater(bytes);

    private int Least => from;

    /// <summary>The compressed frame, or the frame itself if compression does not help.</summary>
    public Frame Deflate(Frame frame) =>
        WebSocketFrameWriter.PayloadOf(frame.Bytes.Span).Length < from ? frame : frame.Compressed(static it => WebSocketDeflate.TryCompress(it.Bytes.Span) is { } smaller ? new Frame(smaller) : it);
}
