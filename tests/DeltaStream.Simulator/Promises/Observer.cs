using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Promises;

/// <summary>Knows what was published, and holds the promises against it. The first broken one ends the run.</summary>
internal sealed class Observer(SimWorld world)
{
    private readonly Dictionary<long, (SimNode Node, long Sequence)> _terms = [];
    private long _epoch;

    /// <summary>The broken promise; null while all hold.</summary>
    public string? Broken { get; private set; }

    /// <summary>The number of the newest message of each key.</summary>
    public Dictionary<ConflationKey, int> Newest { get; } = [];

    public int Publications { get; private set; }

    public int Deliveries { get; set; }

    public void Break(string promise)
    {
        if (Broken is not null) return;
        Broken = promise;
        world.Trace.Write("PROMISE", promise);
        world.Loop.IsOver = true;
    }

    /// <summary>A producer has sent a message to Redis.</summary>
    public void Produced(ConflationKey key, int number) => Newest[key] = number;

    /// <summary>A bridge publishes to a topic, at this moment.</summary>
    public void Published(SimNode node, RoomEvent published)
    {
        Publications++;
        var (epoch, sequence) = published.Update.Position;
        if (epoch < _epoch) Break($"one publisher: {node} publishes in epoch {epoch} after a publication of epoch {_epoch} by {_terms[_epoch].Node}");
        if (_terms.TryGetValue(epoch, out var term))
        {
            if (term.Node != node) Break($"one publisher: {node} publishes in epoch {epoch}, which belongs to {term.Node}");
            if (sequence < term.Sequence) Break($"one publisher: {node} goes back from {term.Sequence} to {sequence} in epoch {epoch}");
        }

        (_epoch, _terms[epoch]) = (epoch, (node, sequence));
    }

    /// <summary>Everything has been calm: each client has the newest value of each key of its rooms.</summary>
    public void CheckAtRest()
    {
        var active = world.Running.Where(node => node.BridgeStatus.IsActive).ToArray();
        if (active.Length != 1) Break($"one publisher: in calm {active.Length} bridges are active");
        foreach (var node in world.Running)
            if (node.Status.Feed.State != Actors.Clients.FeedState.Live) Break($"calm: the feed is {node.Status.Feed.Name} on {node}");
        foreach (var client in world.Clients) client.CheckAtRest(Newest);
    }
}
