using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Tests.Model;

/// <summary>The topic of a room on one node: hands out an event subscriber by subscriber, in any order of them.</summary>
internal sealed class ModelTopic
{
    private readonly Queue<object> _mailbox = [];
    private readonly List<ModelActor> _subscribers = [];
    private readonly List<ModelActor> _rest = [];
    private RoomEvent? _current;

    public bool IsIdle => _current is null && _mailbox.Count == 0;

    public bool HasSubscribers => _subscribers.Count > 0;

    /// <summary>Whether an event of a publisher before this one is under way here.</summary>
    public bool HasEventsBefore(long epoch) =>
        _current?.Update.Position.Epoch < epoch || _mailbox.OfType<RoomEvent>().Any(it => it.Update.Position.Epoch < epoch);

    public void Tell(object message) => _mailbox.Enqueue(message);

    public void Forget()
    {
        _mailbox.Clear();
        _subscribers.Clear();
        _rest.Clear();
        _current = null;
    }

    public void Step(ModelNode node, int argument)
    {
        if (_current is not null)
        {
            var at = argument % _rest.Count;
            var subscriber = _rest[at];
            _rest.RemoveAt(at);
            subscriber.Tell(_current);
            if (_rest.Count == 0) _current = null;
            return;
        }

        if (!_mailbox.TryDequeue(out var message)) return;
        switch (message)
        {
            case ModelSubscribe subscribe:
                if (!_subscribers.Contains(subscribe.Actor)) _subscribers.Add(subscribe.Actor);
                node.Acknowledge(subscribe);
                break;
            case ModelUnsubscribe unsubscribe:
                _subscribers.Remove(unsubscribe.Actor);
                break;
            case RoomEvent roomEvent when _subscribers.Count > 0:
                _current = roomEvent;
                _rest.AddRange(_subscribers);
                break;
        }
    }
}

internal sealed record ModelSubscribe(int Room, ModelActor Actor, object Subscription);

internal sealed record ModelUnsubscribe(int Room, ModelActor Actor);
