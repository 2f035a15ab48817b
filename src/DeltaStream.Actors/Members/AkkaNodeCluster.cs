using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;

namespace DeltaStream.Actors.Members;

/// <summary>The cluster of a real node: Akka.Cluster and its DistributedPubSub.</summary>
internal sealed class AkkaNodeCluster(ActorSystem system) : NodeCluster
{
    private readonly Cluster _cluster = Akka.Cluster.Cluster.Get(system);

    public override IActorRef Mediator => DistributedPubSub.Get(system).Mediator;

    public override UniqueAddress Self => _cluster.SelfUniqueAddress;

    public override void Subscribe(IActorRef subscriber) =>
        _cluster.Subscribe(subscriber, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

    public override void Unsubscribe(IActorRef subscriber) => _cluster.Unsubscribe(subscriber);

    public override ICanTell ActorAt(Address member, string path) => system.ActorSelection($"{member}/{path}");

    public override Address? FindReachable(string uid)
    {
        var state = _cluster.State;
        var member = state.Members.FirstOrDefault(it => it.UniqueAddress.Uid.ToString(CultureInfo.InvariantCulture) == uid);
        return member is null || state.Unreachable.Contains(member) ? null : member.Address;
    }

    public override async Task<TAnswer?> AskAsync<TAnswer>(Address member, string path, object question, TimeSpan patience) where TAnswer : class
    {
        try
        {
            return await ActorAt(member, path).Ask<TAnswer>(question, patience);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
