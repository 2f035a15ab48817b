using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Twins;

/// <summary>
/// The twin of Akka's mediator: a child for each topic, acknowledgements from the topic, and gossip that tells other nodes of topics
/// later. Like Akka's it forgets every subscription of its node when it restarts.
/// </summary>
internal sealed class MediatorTwin(SimNode node) : UntypedActor, IWithTimers
{
    private static readonly TimeSpan GossipInterval = TimeSpan.FromMilliseconds(250);

    // Like Akka's versions they begin at the time, so that a restarted mediator is not below its former self.
    private readonly Dictionary<SimNode, Bucket> _buckets = new() { [node] = new(node.World.Loop.Now.Ticks + 1, []) };

    private readonly Dictionary<string, int> _forwarded = [];

    public ITimerScheduler Timers { get; set; } = null!;

    private Bucket Own
    {
        get => _buckets[node];
        set => _buckets[node] = value;
    }

    protected override void PreStart() => Timers.StartPeriodicTimer(GossipTick.Instance, GossipTick.Instance, GossipInterval, GossipInterval);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Publish publish: Publish(publish); break;
            case Subscribe subscribe: TopicOf(NameOf(subscribe.Topic)).Forward(subscribe); break;
            case Unsubscribe unsubscribe: Context.Child(NameOf(unsubscribe.Topic)).Forward(unsubscribe); break;
            case TopicTwin.Subscribed subscribed: subscribed.Subscriber.Tell(subscribed.Ack); break;
            case TopicTwin.Unsubscribed unsubscribed: unsubscribed.Subscriber.Tell(unsubscribed.Ack); break;
            case TopicTwin.IsEmpty empty: OnEmpty(empty.Handled); break;
            case GossipTick: Gossip(); break;
            case Status status: OnStatus(status); break;
            case Delta delta: OnDelta(delta); break;
            case Forget forget: _buckets.Remove(forget.Node); break;
            case Fail: throw new FailedOnPurposeException();
            default: Unhandled(message); break;
        }
    }

    private static string NameOf(string topic) => Uri.EscapeDataString(topic);

    private void Publish(Publish publish)
    {
        var name = NameOf(publish.Topic);
        foreach (var (owner, bucket) in _buckets)
        {
            if (!bucket.Topics.TryGetValue(name, out var topic)) continue;
            if (owner == node) topic.Forward(publish.Message);
            else node.Cluster.Send(owner, topic, publish.Message, Sender);
        }
    }

    private IActorRef TopicOf(string name)
    {
        _forwarded[name] = _forwarded.GetValueOrDefault(name) + 1;
        var child = Context.Child(name);
        if (child.IsNobody()) child = Context.ActorOf(Props.Create(() => new TopicTwin()), name);
        if (!Own.Topics.ContainsKey(name)) Change(topics => topics[name] = child);
        return child;
    }

    /// <summary>Other nodes shall forget the topic, unless a subscription is on its way to it.</summary>
    private void OnEmpty(int handled)
    {
        var name = Sender.Path.Name;
        if (_forwarded[name] == handled) Change(topics => topics.Remove(name));
    }

    private void Change(Action<Dictionary<string, IActorRef>> change)
    {
        var topics = new Dictionary<string, IActorRef>(Own.Topics);
        change(topics);
        Own = new(Math.Max(Own.Version + 1, node.World.Loop.Now.Ticks), topics);
    }

    private void Gossip()
    {
        var others = node.Cluster.Members.Where(member => member != node).ToArray();
        if (others.Length > 0) SendTo(others[node.World.Draws.Next(others.Length)], new Status(node, Versions(), IsReply: false));
    }

    private void OnStatus(Status status)
    {
        if (!node.Cluster.Members.Contains(status.From)) return;
        var news = _buckets.Where(entry => entry.Value.Version > status.Versions.GetValueOrDefault(entry.Key)).ToArray();
        if (news.Length > 0) SendTo(status.From, new Delta(news));
        if (!status.IsReply && status.Versions.Any(entry => entry.Value > (_buckets.GetValueOrDefault(entry.Key)?.Version ?? 0)))
            SendTo(status.From, new Status(node, Versions(), IsReply: true));
    }

    private void OnDelta(Delta delta)
    {
        foreach (var (owner, bucket) in delta.Buckets)
        {
            if (owner != node && node.Cluster.Members.Contains(owner) && bucket.Version > (_buckets.GetValueOrDefault(owner)?.Version ?? 0)) _buckets[owner] = bucket;
        }
    }

    private Dictionary<SimNode, long> Versions() => _buckets.ToDictionary(entry => entry.Key, entry => entry.Value.Version);

    private void SendTo(SimNode to, object message) => node.World.Network.Send(node, to, () => to.Cluster.RealMediator.Tell(message, ActorRefs.NoSender));

    /// <summary>The node is no member any more.</summary>
    public sealed record Forget(SimNode Node) : INoSerializationVerificationNeeded;

    /// <summary>The mediator fails and restarts.</summary>
    public sealed record Fail : INoSerializationVerificationNeeded;

    private sealed record Bucket(long Version, Dictionary<string, IActorRef> Topics);

    private sealed record Status(SimNode From, Dictionary<SimNode, long> Versions, bool IsReply) : INoSerializationVerificationNeeded;

    private sealed record Delta(KeyValuePair<SimNode, Bucket>[] Buckets) : INoSerializationVerificationNeeded;

    private sealed record GossipTick : INoSerializationVerificationNeeded
    {
        public static readonly GossipTick Instance = new();
    }
}
