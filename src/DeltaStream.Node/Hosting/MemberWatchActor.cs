using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Node.Logging;

namespace DeltaStream.Node.Hosting;

/// <summary>Logs what happens to the members of the cluster, each event with the member that it is about.</summary>
internal sealed class MemberWatchActor : ReceiveActor
{
    private readonly Cluster _cluster = Cluster.Get(Context.System);

    public MemberWatchActor(ILogger log)
    {
        Receive<ClusterEvent.MemberUp>(up => log.MemberUp(NameOf(up.Member), string.Join(',', up.Member.Roles)));
        Receive<ClusterEvent.UnreachableMember>(lost => log.MemberUnreachable(NameOf(lost.Member)));
        Receive<ClusterEvent.ReachableMember>(back => log.MemberReachable(NameOf(back.Member)));
        Receive<ClusterEvent.MemberRemoved>(removed => log.MemberRemoved(NameOf(removed.Member), removed.PreviousStatus.ToString()));
    }

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
        typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.UnreachableMember), typeof(ClusterEvent.ReachableMember), typeof(ClusterEvent.MemberRemoved));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private static string NameOf(Member member) => $"{member.Address.Host}:{member.Address.Port}";
}
