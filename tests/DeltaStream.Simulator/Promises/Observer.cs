using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Promises;

/// <summary>Knows what was published, and holds the promises against it. The first broken one ends the run.</summary>
internal sealed class Observer(SimWorld world)
{
    private static readonly TimeSpan ProblemLasts = TimeSpan.FromSeconds(62);

    private readonly Dictionary<long, (SimNode Node, long Sequence)> _terms = [];
    private long _epoch;
    private TimeSpan? _invalidAt;

    /// <summary>The broken promise; null while all hold.</summary>
    public BrokenPromise? Broken { get; private set; }

    /// <summary>The number of the newest message of each key.</summary>
    public Dictionary<ConflationKey, int> Newest { get; } = [];

    public int Publications { get; private set; }

    public int Deliveries { get; set; }

    public void Break(Promise promise, string text) => Break(new BrokenPromise(promise, text));

    public void Break(BrokenPromise broken)
    {
        if (Broken is not null) return;
        Broken = broken;
        world.Trace.Write("PROMISE", broken.ToString());
        world.Loop.IsOver = true;
    }

    /// <summary>A producer has sent a message to Redis.</summary>
    public void Produced(ConflationKey key, int number) => Newest[key] = number;

    /// <summary>A producer has sent a message that is not valid.</summary>
    public void ProducedInvalid() => _invalidAt = world.Loop.Now;

    /// <summary>A bridge publishes to a topic, at this moment.</summary>
    public void Published(SimNode node, RoomEvent published)
    {
        Publications++;
        var update = published.Update;
        var (epoch, sequence) = update.Position;
        world.Trace.Write(node.Name, $"publishes {update.Event.Name} of {ClientView.Name(update.Key)} to {published.Room}: {epoch}/{sequence}, hash {update.Hash:x16}, received at {update.ReceivedAt}");
        if (epoch < _epoch) Break(Promise.OnePublisher, $"{node} publishes in epoch {epoch} after a publication of epoch {_epoch} by {_terms[_epoch].Node}");
        if (_terms.TryGetValue(epoch, out var term))
        {
            if (term.Node != node) Break(Promise.OnePublisher, $"{node} publishes in epoch {epoch}, which belongs to {term.Node}");
            if (sequence < term.Sequence) Break(Promise.OnePublisher, $"{node} goes back from {term.Sequence} to {sequence} in epoch {epoch}");
        }

        (_epoch, _terms[epoch]) = (epoch, (node, sequence));
    }

    /// <summary>Everything has been calm for a while.</summary>
    public void CheckAtRest()
    {
        var active = world.Running.Where(node => node.BridgeStatus.IsActive).ToArray();
        if (active.Length != 1) Break(Promise.OnePublisher, $"in calm {active.Length} bridges are active");
        foreach (var node in world.Running) CheckAtRest(node);
        foreach (var client in world.Clients) client.CheckAtRest(Newest);
    }

    private void CheckAtRest(SimNode node)
    {
        if (node.Status.Feed.State != FeedState.Live) Break(Promise.Live, $"in calm the feed is {node.Status.Feed.Name} on {node}");
        var clients = world.Clients.Where(client => client.Socket?.Node == node).ToArray();
        if (node.Status.Clients != clients.Length) Break(Promise.NothingRemains, $"{node} counts {node.Status.Clients} clients and has {clients.Length}");
        var rooms = clients.SelectMany(client => client.Wanted).Append(Room.General).Distinct().Count();
        if (node.Status.Rooms > rooms) Break(Promise.NothingRemains, $"{node} uses {node.Status.Rooms} rooms, and its clients want {rooms}");
        var problems = node.Problems.Current.Select(problem => problem.Key.Name).ToArray();
        if ((_invalidAt is null || world.Loop.Now - _invalidAt > ProblemLasts) && problems.Length > 0)
            Break(Promise.ProblemsAreTold, $"in calm {node} has the problem {string.Join(' ', problems)}");
    }
}
