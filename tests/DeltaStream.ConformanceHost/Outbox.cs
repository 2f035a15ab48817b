using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.ConformanceHost;

/// <summary>What an echo has still to say: everything, in order, as fast as its connection takes it.</summary>
internal sealed class Outbox(IConnectionLink link) : ILinkListener
{
    private readonly Queue<Frame> _frames = new();
    private readonly List<Frame> _batch = [];
    private bool _ready;

    public void Send(params ReadOnlySpan<Frame> frames)
    {
        lock (_frames)
        {
            foreach (var frame in frames) _frames.Enqueue(frame);
            Drain();
        }
    }

    public void Ready()
    {
        lock (_frames)
        {
            _ready = true;
            Drain();
        }
    }

    public void Ended(CloseReason reason) { }

    private void Drain()
    {
        while (_ready && _frames.Count > 0)
        {
            var most = link.MaxBatch;
            while (_batch.Count < most && _frames.TryDequeue(out var frame)) _batch.Add(frame);
            _ready = link.Write(_batch);
            _batch.Clear();
        }
    }
}
