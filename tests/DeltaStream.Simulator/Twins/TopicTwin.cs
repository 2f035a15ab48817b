using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;

namespace DeltaStream.Simulator.Twins;

/// <summary>The twin of one topic on one node. An empty topic stays for two minutes, as Akka's does.</summary>
internal sealed class TopicTwin : UntypedActor, IWithTimers
{
    private static readonly TimeSpan EmptyLife = TimeSpan.FromSeconds(120);

    // In the order of the subscriptions; hash codes of actors differ from run to run.
    private readonly List<IActorRef> _subscribers = [];
    private int _handled;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Subscribe subscribe:
                _handled++;
                Timers.Cancel(Prune.Instance);
                if (!_subscribers.Contains(subscribe.Ref)) _subscribers.Add(subscribe.Ref);
                Context.Watch(subscribe.Ref);
                Context.Parent.Tell(new Subscribed(new SubscribeAck(subscribe), Sender));
                break;
            case Unsubscribe unsubscribe:
                Context.Unwatch(unsubscribe.Ref);
                Remove(unsubscribe.Ref);
                Context.Parent.Tell(new Unsubscribed(new UnsubscribeAck(unsubscribe), Sender));
                break;
            case Terminated terminated:
                Remove(terminated.ActorRef);
                break;
            case Prune:
                if (_subscribers.Count == 0) Context.Parent.Tell(new IsEmpty(_handled));
                break;
            default:
                foreach (var subscriber in _subscribers) subscriber.Forward(message);
                break;
        }
    }

    private void Remove(IActorRef subscriber)
    {
        _subscribers.Remove(subscriber);
        if (_subscribers.Count == 0) Timers.StartSingleTimer(Prune.Instance, Prune.Instance, EmptyLife);
    }

    internal sealed record Subscribed(SubscribeAck Ack, IActorRef Subscriber) : INoSerializationVerificationNeeded;

    internal sealed record Unsubscribed(UnsubscribeAck Ack, IActorRef Subscriber) : INoSerializationVerificationNeeded;

    internal sealed record IsEmpty(int Handled) : INoSerializationVerificationNeeded;

    private sealed record Prune : INoSerializationVerificationNeeded
    {
        public static readonly Prune Instance = new();
    }
}
