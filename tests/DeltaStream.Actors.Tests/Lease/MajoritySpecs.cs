using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using DeltaStream.Actors.Tests.Feed;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Lease;

/// <summary>Three actor systems in one cluster; two of them vanish.</summary>
public sealed class MajoritySpecs(ITestOutputHelper output) : BridgeSpec(output), IDisposable
{
    private readonly List<ActorSystem> _others = [];

    [Fact]
    public void A_holder_that_reaches_no_majority_gives_the_lease_up_and_does_not_take_it_again()
    {
        var (second, third) = (Join(), Join());
        AwaitAssert(() => Assert.Equal(3, Cluster.Get(Sys).State.Members.Count(member => member.Status == MemberStatus.Up)), TimeSpan.FromSeconds(30));
        StartBridge();
        AwaitAssert(() => Assert.NotNull(Lease.Owner), TimeSpan.FromSeconds(10));

        Vanish(second);
        AwaitAssert(() => Assert.True(Lease.Requests > 20), TimeSpan.FromSeconds(10));
        Assert.NotNull(Lease.Owner);
        Vanish(third);
        AwaitAssert(() => Assert.Null(Lease.Owner), TimeSpan.FromSeconds(10));
        var epoch = Lease.Epoch;
        // Several times as long as it would wait before it asks for the lease again.
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1), TestActor, "later", ActorRefs.NoSender);
        ExpectMsg("later");
        Assert.Equal((null, epoch), (Lease.Owner, Lease.Epoch));
    }

    [Fact]
    public async Task Leaving_the_cluster_hands_the_lease_on()
    {
        StartBridge();
        AwaitAssert(() => Assert.NotNull(Lease.Owner), TimeSpan.FromSeconds(10));
        await CoordinatedShutdown.Get(Sys).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(Lease.Owner);
    }

    void IDisposable.Dispose()
    {
        foreach (var system in _others) system.Terminate().Wait(TimeSpan.FromSeconds(10));
        Dispose();
    }

    private ActorSystem Join()
    {
        var config = ConfigurationFactory.ParseString("akka.coordinated-shutdown.run-by-actor-system-terminate = off\n" + ClusterConfig);
        var system = ActorSystem.Create(Sys.Name, config);
        _others.Add(system);
        Cluster.Get(system).Join(Cluster.Get(Sys).SelfAddress);
        return system;
    }

    private static void Vanish(ActorSystem system) => system.Terminate().Wait(TimeSpan.FromSeconds(10));
}
