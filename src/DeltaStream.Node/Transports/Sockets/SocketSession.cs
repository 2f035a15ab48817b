using System.Text;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.SocketIO;

namespace DeltaStream.Node.Transports.Sockets;

/// <summary>
/// One Socket.IO connection: the namespaces that its client has joined, its binary packets, and every rule that closes it when a
/// client breaks it.
/// </summary>
internal sealed class SocketSession : IEngineConnection
{
    private readonly IEngineLink _link;
    private readonly ISocketConnection _application;
    // A list instead of a set: an application has few namespaces, and most clients are in one.
    private readonly List<string> _joined = new(1);
    private BinaryReassembler? _binary;
    private ConnectTimeout? _timeout;

    /// <param name="link">The client's Engine.IO session.</param>
    /// <param name="application">The application over it.</param>
    /// <param name="deadlines">The timer of the connections.</param>
    /// <param name="connectTimeout">The time for an accepted CONNECT, without the time that the server takes for its answers.</param>
    /// <param name="onNoConnect">Called for a client without an accepted CONNECT in that time, before it is closed.</param>
    public SocketSession(IEngineLink link, ISocketApplication application, Deadlines deadlines, TimeSpan connectTimeout, Action? onNoConnect)
    {
        _link = link;
        _application = application.Open(link);
        _timeout = new ConnectTimeout(
            deadlines, connectTimeout,
            () =>
            {
                if (link.End.IsOver) return;
                onNoConnect?.Invoke();
                link.Close(CloseReason.PingTimeout);
            },
            () => link.Close(CloseReason.ServerError));
        _timeout.Run();
        // Attached until the client's own listener replaces it.
        link.End.Attach(_timeout);
    }

    /// <summary>Continues a connection that has left another node, in the namespace <c>/</c>.</summary>
    public SocketSession(IEngineLink link, ISocketConnection application)
    {
        _link = link;
        _application = application;
        _joined.Add(SocketPacket.RootNamespace);
    }

    public async ValueTask<byte[]?> LeaveAsync()
    {
        // A half-received binary packet can't move, and neither can other namespaces.
        if (_binary is { IsPending: true } || _joined.Exists(static ns => ns != SocketPacket.RootNamespace)) return null;
        _timeout?.Pause();
        var state = new FieldWriter().Bool(_joined.Count > 0);
        return _joined.Count == 0 || await _application.LeaveAsync(state) ? state.ToBytes() : null;
    }

    public ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary)
    {
        if (isBinary) return ReceiveBinaryAsync(data);
        if (_binary is { IsPending: true } || !SocketPacketCodec.TryParse(data, out var packet, out _)) return Break();
        switch (packet.Type)
        {
            case SocketPacketType.Connect:
                return ConnectAsync(packet);
            case SocketPacketType.Disconnect:
                if (_joined.Remove(packet.Namespace)) _application.Disconnected(packet.Namespace);
                return default;
            case SocketPacketType.Event when _joined.Contains(packet.Namespace):
                return _application.EventAsync(packet, []);
            case SocketPacketType.Ack when _joined.Contains(packet.Namespace):
                // This server does not ask for acknowledgements; it ignores one with an unknown id.
                return default;
            case SocketPacketType.BinaryEvent or SocketPacketType.BinaryAck when _joined.Contains(packet.Namespace):
                _binary ??= new BinaryReassembler();
                return _binary.Begin(packet, out var whole) == SocketParseError.None ? DispatchAsync(whole) : Break();
            default:
                return Break();
        }
    }

    public void TooLarge()
    {
        if (_timeout is null) _application.TooLarge();
    }

    public ValueTask WhenHandledAsync() => _application.WhenHandledAsync();

    private async ValueTask ConnectAsync(SocketPacket packet)
    {
        var ns = packet.Namespace;
        if (_joined.Contains(ns))
        {
            await Break();
            return;
        }
        // Fetching the keys of tokens, finding the rooms and starting an actor may take long, and all have timeouts of their own.
        _timeout?.Pause();
        var admission = await _application.ConnectAsync(ns, packet.Data);
        if (admission.Sid is null)
        {
            if (!_link.End.IsOver) _timeout?.Run();
            ReadOnlySpan<byte> data = admission.Code is { } code ? Encoding.UTF8.GetBytes($$"""{"code":"{{code}}"}""") : default;
            _link.WriteControl(new Frame(SocketFrames.ConnectError(admission.Refusal ?? "", data, ns)));
            return;
        }
        _timeout = null;
        _joined.Add(ns);
        _link.WriteControl(new Frame(SocketFrames.Connected(admission.Sid, admission.Pid, ns)));
        _application.Connected(ns);
    }

    private ValueTask ReceiveBinaryAsync(ReadOnlyMemory<byte> data)
    {
        _binary ??= new BinaryReassembler();
        return _binary.Add(data, out var whole) == SocketParseError.None ? DispatchAsync(whole) : Break();
    }

    private ValueTask DispatchAsync(BinaryMessage? message) =>
        message is { Header.Type: SocketPacketType.BinaryEvent } && _joined.Contains(message.Header.Namespace)
            ? _application.EventAsync(message.Header, message.Attachments)
            : default;

    private ValueTask Break()
    {
        _link.Close(CloseReason.ProtocolError);
        return default;
    }
}
