using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Timing;
using DeltaStream.SocketIO;

namespace DeltaStream.Node.Transports.Sockets;

/// <summary>
/// One Socket.IO connection: which namespaces its client has joined, its binary packets, and every rule whose breach closes it.
/// </summary>
internal sealed class SocketSession : Deadline, IEngineConnection
{
    private readonly IEngineLink _link;
    private readonly ISocketConnection _application;
    private readonly Deadlines _deadlines;
    private readonly Action? _onNoConnect;
    // A list: an application has few namespaces, and most clients are in one.
    private readonly List<string> _joined = new(1);
    private BinaryReassembler? _binary;
    private volatile bool _hasJoined;
    private bool _hasAsked;

    /// <summary>Begins; the client has this long for its first CONNECT. One that has not sent it by then is told of, and closed.</summary>
    public SocketSession(IEngineLink link, ISocketApplication application, Deadlines deadlines, TimeSpan connectTimeout, Action? onNoConnect)
    {
        _onNoConnect = onNoConnect;
        _link = link;
        _deadlines = deadlines;
        _application = application.Open(link);
        deadlines.Schedule(this, deadlines.Now + connectTimeout);
    }

    /// <summary>Goes on where another node has stopped, in the namespace <c>/</c>.</summary>
    public SocketSession(IEngineLink link, ISocketConnection application, Deadlines deadlines)
    {
        _link = link;
        _deadlines = deadlines;
        _application = application;
        _joined.Add(SocketPacket.RootNamespace);
        (_hasAsked, _hasJoined) = (true, true);
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> LeaveAsync()
    {
        // Half a binary packet can't be taken along, nor other namespaces.
        if (_binary is { IsPending: true } || _joined.Exists(static ns => ns != SocketPacket.RootNamespace)) return null;
        _deadlines.Cancel(this);
        using var stream = new MemoryStream();
        using var output = new BinaryWriter(stream);
        output.Write(_joined.Count > 0);
        if (_joined.Count > 0 && !await _application.LeaveAsync(output)) return null;
        output.Flush();
        return stream.ToArray();
    }

    /// <inheritdoc/>
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
                // Nobody here asks for acknowledgements: one for an unknown id is no offence.
                return default;
            case SocketPacketType.BinaryEvent or SocketPacketType.BinaryAck when _joined.Contains(packet.Namespace):
                _binary ??= new BinaryReassembler();
                return _binary.Begin(packet, out var whole) == SocketParseError.None ? DispatchAsync(whole) : Break();
            default:
                return Break();
        }
    }

    /// <inheritdoc/>
    public void TooLarge()
    {
        if (_hasJoined) _application.TooLarge();
    }

    /// <inheritdoc/>
    public void Ready()
    {
        if (_hasJoined) _application.Ready();
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync() => _application.SettleAsync();

    /// <inheritdoc/>
    public void Closed(CloseReason reason)
    {
        _deadlines.Cancel(this);
        _application.Closed(reason);
    }

    /// <inheritdoc/>
    internal override void OnDue()
    {
        _onNoConnect?.Invoke();
        _link.Close(CloseReason.PingTimeout);
    }

    private async ValueTask ConnectAsync(SocketPacket packet)
    {
        var ns = packet.Namespace;
        if (_joined.Contains(ns))
        {
            await Break();
            return;
        }
        var admission = await _application.ConnectAsync(ns, packet.Data);
        if (admission.Sid is null)
        {
            ReadOnlySpan<byte> data = admission.Code is { } code ? Encoding.UTF8.GetBytes($$"""{"code":"{{code}}"}""") : default;
            _link.WriteControl(EngineFrames.Of(SocketFrames.ConnectError(admission.Refusal ?? "", data, ns)));
            return;
        }
        if (!_hasAsked) _deadlines.Cancel(this);
        _hasAsked = true;
        _joined.Add(ns);
        _link.WriteControl(EngineFrames.Of(SocketFrames.Connected(admission.Sid, admission.Pid, ns)));
        _hasJoined = true;
        _application.Connected(ns);
        if (_link.CanWrite) _application.Ready();
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
