using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Publishers, the store behind them, and the topics on the node.</summary>
internal sealed partial class NodeModel
{
    private void Publish(ConflationKey key)
    {
        var position = new Position(_epoch, ++_sequence);
        var update = Make(Actors.Cache.LastValueCache.EventOf(key), key, position);
        if (key.Kind == MarketKind.Chain) Put(Room.General, Make(MarketEvent.ChainSummary, key, position));
        foreach (var room in Room.For(update.Event, key)) Put(room, update);
        _unwritten.Enqueue(update);
    }

    private static MarketUpdate Make(MarketEvent @event, ConflationKey key, Position position) =>
        new(@event, key, position, default, (ulong)((position.Epoch * 1_000_000) + position.Sequence), 0);

    private void Put(Room room, MarketUpdate update)
    {
        _published[(update.Event, update.Key)] = update.Position;
        if (!_topics[room].IsKnown) return;
        if (!_inFlight.TryGetValue((update.Position.Epoch, room), out var queue)) _inFlight[(update.Position.Epoch, room)] = queue = [];
        queue.Enqueue(update);
    }

    private void Write(MarketUpdate update)
    {
        Store(update);
        if (update.Event == MarketEvent.ChainUpdate) Store(Make(MarketEvent.ChainSummary, update.Key, update.Position));
    }

    private void Store(MarketUpdate update)
    {
        if (!_store.TryGetValue((update.Event, update.Key), out var held) || update.Position > held.Position)
            _store[(update.Event, update.Key)] = update;
    }

    /// <summary>A topic finishes the event it is handing out, else takes its next message: from one of the publishers or a subscriber.</summary>
    private bool StepTopic(TopicModel topic, bool oldestFirst)
    {
        if (topic.Unfinished is { } second)
        {
            topic.Unfinished = null;
            second();
            return true;
        }

        if (topic.Mailbox.TryDequeue(out var request))
        {
            request();
            return true;
        }

        var queues = _inFlight.Where(it => it.Key.Topic == topic.Room && it.Value.Count > 0);
        var queue = (oldestFirst || IsInOrder ? queues.OrderBy(it => it.Key.Epoch) : queues.OrderByDescending(it => it.Key.Epoch)).FirstOrDefault().Value;
        if (queue is null) return false;
        var update = queue.Dequeue();
        // The client may have the event, and act on it, before the cache has it in its mailbox.
        if (topic.HasClient) _clientMailbox.Enqueue(() => Receive(topic.Room, update));
        if (topic.HasCache) topic.Unfinished = () => _cacheMailbox.Enqueue(() => _cache.Receive(topic.Room, update));
        return true;
    }

    /// <summary>The topic of a room on the node.</summary>
    private sealed class TopicModel(Room room)
    {
        public Room Room { get; } = room;

        /// <summary>Whether the publishers know that the node listens.</summary>
        public bool IsKnown { get; set; }

        public bool HasCache { get; private set; }

        public bool HasClient { get; set; }

        public Queue<Action> Mailbox { get; } = [];

        public Action? Unfinished { get; set; }

        public void Subscribe(bool toCache)
        {
            if (toCache) HasCache = true;
            else HasClient = true;
        }
    }
}
