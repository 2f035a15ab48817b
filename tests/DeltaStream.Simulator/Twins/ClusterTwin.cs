using System.Collections.Immutable;
using System.Reflection;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Serialization;
using Akka.Util;
using DeltaStream.Actors.Members;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Twins;

/// <summary>
/// One node's view of the cluster. It hears of members from <see cref="Membership"/>, each node at its own time, and sends messages
/// to other nodes through the real serializers.
/// </summary>
internal sealed class ClusterTwin : NodeCluster
{
    private static readonly MethodInfo CreateMember = typeof(Member).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
        .First(method => method.Name == "Create" && method.GetParameters() is { Length: 5 });

    private readonly SimNode _node;
    private readonly Dictionary<SimNode, Member> _members = [];
    private readonly HashSet<SimNode> _unreachable = [];
    private readonly List<IActorRef> _subscribers = [];

    public ClusterTwin(SimNode node, ExtendedActorSystem system)
    {
        _node = node;
        RealMediator = system.SystemActorOf(Props.Create(() => new MediatorTwin(node)), "distributedPubSubMediator");
        Mediator = new ObservedMediator(node, RealMediator, message =>
        {
            if (message is not Publish { Message: RoomEvent published }) return;
            if (node.FailsToPublish)
            {
                node.FailsToPublish = false;
                throw new FailedOnPurposeException();
            }

            node.World.Observer.Published(node, published);
        });
    }

    public override IActorRef Mediator { get; }

    public override UniqueAddress Self => _node.UniqueAddress;

    /// <summary>The mediator's actor.</summary>
    public IActorRef RealMediator { get; }

    /// <summary>The members that this node sees, itself included, in the order in which it heard of them.</summary>
    public IEnumerable<SimNode> Members => _members.Keys;

    public override void Subscribe(IActorRef subscriber)
    {
        _subscribers.Add(subscriber);
        foreach (var member in _members.Values)
            subscriber.Tell(member.Status == MemberStatus.Up ? new ClusterEvent.MemberUp(member) : new ClusterEvent.MemberLeft(member), ActorRefs.NoSender);
    }

    public override void Unsubscribe(IActorRef subscriber) => _subscribers.Remove(subscriber);

    public override ICanTell ActorAt(Address member, string path) =>
        member == _node.Address ? _node.System.ActorSelection("/" + path)
        : _node.World.NodeAt(member) is { } node ? new RemoteRef(_node, node, node.System.ActorSelection("/" + path))
        : ActorRefs.Nobody;

    public override Address? FindReachable(string uid) =>
        _members.Keys.FirstOrDefault(node => node.UniqueAddress.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture) == uid) is { } node
            && !_unreachable.Contains(node) ? node.Address : null;

    public override Task<TAnswer?> AskAsync<TAnswer>(Address member, string path, object question, TimeSpan patience) where TAnswer : class
    {
        // Without asynchronous continuations, so that the answer is handled on the loop.
        var answered = new TaskCompletionSource<TAnswer?>();
        var timer = _node.Clock.CreateTimer(_ => answered.TrySetResult(null), null, patience, Timeout.InfiniteTimeSpan);
        ActorAt(member, path).Tell(question, new CallbackRef(_node, message =>
        {
            timer.Dispose();
            answered.TrySetResult(message as TAnswer);
        }));
        return answered.Task;
    }

    /// <summary>This node learns that a node is a member.</summary>
    public void Joined(SimNode node)
    {
        if (_members.ContainsKey(node)) return;
        var member = (Member)CreateMember.Invoke(null, Arguments(node))!;
        _members.Add(node, member);
        Tell(new ClusterEvent.MemberUp(member));
    }

    /// <summary>This node learns that a member is leaving by itself.</summary>
    public void Leaving(SimNode node)
    {
        if (!_members.TryGetValue(node, out var member) || member.Status != MemberStatus.Up) return;
        _members[node] = member.Copy(MemberStatus.Leaving);
        Tell(new ClusterEvent.MemberLeft(_members[node]));
    }

    /// <summary>This node learns that a node is no member any more.</summary>
    public void Removed(SimNode node)
    {
        _unreachable.Remove(node);
        if (!_members.Remove(node, out var member)) return;
        var before = member.Status == MemberStatus.Leaving ? member.Copy(MemberStatus.Exiting) : member.Copy(MemberStatus.Down);
        Tell(new ClusterEvent.MemberRemoved(before.Copy(MemberStatus.Removed), before.Status));
        RealMediator.Tell(new MediatorTwin.Forget(node));
    }

    public void Unreachable(SimNode node) => _unreachable.Add(node);

    public void Reachable(SimNode node) => _unreachable.Remove(node);

    /// <summary>Sends a message to an actor of another node.</summary>
    public void Send(SimNode to, ICanTell actor, object message, IActorRef? sender)
    {
        var packed = Pack(message);
        _node.World.Network.Send(_node, to, () => actor.Tell(Unpack(to, packed), SenderAt(to, sender)));
    }

    private IActorRef SenderAt(SimNode to, IActorRef? sender) => sender switch
    {
        null => ActorRefs.NoSender!,
        RemoteRef remote when remote.Owner == to => (IActorRef)remote.Actor,
        _ => new RemoteRef(to, _node, sender),
    };

    private object Pack(object message)
    {
        if (message is ActorIdentity identity) return new ActorIdentity(identity.MessageId, identity.Subject is null ? null : new CallbackRef(_node, static _ => { }));
        // Akka.Remote has serializers of its own for Akka's messages.
        if (message is not (RoomEvent or BridgeHeartbeat or StoreNotice or IsHolderAlive or HolderAnswer)) return message;
        var serializer = (SerializerWithStringManifest)_node.System.Serialization.FindSerializerFor(message);
        return new Packed(serializer.ToBinary(message), serializer.Identifier, serializer.Manifest(message));
    }

    private static object Unpack(SimNode at, object message) =>
        message is Packed packed ? at.System.Serialization.Deserialize(packed.Bytes, packed.Serializer, packed.Manifest) : message;

    private void Tell(object change)
    {
        foreach (var subscriber in _subscribers.ToArray()) subscriber.Tell(change, ActorRefs.NoSender);
    }

    private static object?[] Arguments(SimNode node) =>
    [
        .. CreateMember.GetParameters().Select(parameter => (object?)(parameter.ParameterType switch
        {
            var type when type == typeof(UniqueAddress) => node.UniqueAddress,
            var type when type == typeof(int) => node.Life,
            var type when type == typeof(MemberStatus) => MemberStatus.Up,
            var type when type == typeof(ImmutableHashSet<string>) => ImmutableHashSet<string>.Empty,
            var type when type == typeof(AppVersion) => AppVersion.Zero,
            var type => throw new InvalidOperationException($"Member.Create wants {type}"),
        })),
    ];

    private sealed record Packed(byte[] Bytes, int Serializer, string Manifest);
}
