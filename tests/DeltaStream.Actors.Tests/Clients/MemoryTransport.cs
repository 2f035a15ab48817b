using System.Text;
using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>The twin of the node's transports, in memory: what was sent can be read, and the spec says when it is ready.</summary>
internal sealed class MemoryTransport(IWireProtocol protocol) : IClientTransport
{
    private readonly Lock _lock = new();
    private readonly List<string> _sent = [];
    private readonly List<int> _batches = [];
    private CloseReason? _closed;
    private bool _isReading = true;

    public string Name { get; set; } = "websocket";

    public IWireProtocol Protocol { get; } = protocol;

    public int MaxBatch { get; init; } = 16;

    /// <summary>Called by the client's actor within each write.</summary>
    public Action OnWrite { get; set; } = () => { };

    /// <summary>Whether writes are taken at once, as by a client that reads.</summary>
    public bool IsFast { get; set; } = true;

    public IActorRef Client { get; set; } = ActorRefs.Nobody;

    public IReadOnlyList<string> Sent
    {
        get
        {
            lock (_lock) return _sent.ToArray();
        }
    }

    /// <summary>How many frames each write held.</summary>
    public IReadOnlyList<int> Batches
    {
        get
        {
            lock (_lock) return _batches.ToArray();
        }
    }

    public CloseReason? Closed => Volatile.Read(ref _closed);

    public bool IsReading => Volatile.Read(ref _isReading);

    public bool Write(IReadOnlyList<Frame> frames)
    {
        lock (_lock)
        {
            _sent.AddRange(frames.Select(frame => Encoding.UTF8.GetString(frame.Bytes.Span)));
            _batches.Add(frames.Count);
        }

        OnWrite();
        return IsFast;
    }

    public void SetReading(bool on) => Volatile.Write(ref _isReading, on);

    public void Close(CloseReason reason) => Volatile.Write(ref _closed, reason);

    /// <summary>The last write has left.</summary>
    public void Flushed() => Client.Tell(TransportReady.Instance);

    /// <summary>The client sends an event.</summary>
    public void Emit(string name, string data, string? ackId = null) => Client.Tell(
        new ClientEvent(name, Encoding.UTF8.GetBytes(data), ackId is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(ackId)));
}
