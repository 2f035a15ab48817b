using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Sockets;
using DeltaStream.SocketIO;

namespace DeltaStream.ConformanceHost;

/// <summary>Socket.IO with the namespaces <c>/</c>, which echoes, and <c>/custom</c>; both tell the client what it came with.</summary>
internal sealed class SocketEcho : ISocketApplication
{
    private const string Custom = "/custom";

    public ISocketConnection Open(IConnectionLink link) => new Connection(link);

    private sealed class Connection(IConnectionLink link) : ISocketConnection
    {
        private readonly Outbox _outbox = new(link);
        private readonly Dictionary<string, byte[]> _payloads = [];

        public ValueTask<SocketAdmission> ConnectAsync(string ns, ReadOnlyMemory<byte> payload)
        {
            if (ns is not (SocketPacket.RootNamespace or Custom)) return new(SocketAdmission.Refuse("Invalid namespace"));
            _payloads[ns] = payload.IsEmpty ? "{}"u8.ToArray() : payload.ToArray();
            return new(SocketAdmission.Accept(Guid.NewGuid().ToString("N")));
        }

        public void Connected(string ns)
        {
            link.Attach(_outbox);
            Send(SocketFrames.Event("auth", _payloads[ns], ns));
        }

        public ValueTask EventAsync(SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
        {
            if (packet.Namespace != SocketPacket.RootNamespace) return default;
            var arguments = packet.Event.Arguments.Span;
            if (packet.Event.Name == "message")
                Send(attachments.Count == 0
                    ? SocketFrames.Event("message-back", arguments)
                    : SocketFrames.BinaryEvent("message-back", arguments, attachments.Count), attachments);
            else if (packet is { Event.Name: "message-with-ack", AckId: { } id })
                Send(attachments.Count == 0
                    ? SocketFrames.Ack(id.Span, arguments)
                    : SocketFrames.BinaryAck(id.Span, arguments, attachments.Count), attachments);
            return default;
        }

        public void Disconnected(string ns) => _payloads.Remove(ns);

        public ValueTask WhenHandledAsync() => default;

        private void Send(byte[] header, IReadOnlyList<ReadOnlyMemory<byte>>? attachments = null) =>
            _outbox.Send([new(header), .. (attachments ?? []).Select(data => new Frame(SocketFrames.Attachment(data.Span)))]);
    }
}
