using Akka.Actor;
using Akka.Actor.Dsl;
using DeltaStream.Node.Hosting;

namespace DeltaStream.Node.Tests.Hosting;

public sealed class ActorCountSpecs : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void Every_living_actor_counts_at_any_depth_until_it_has_ended()
    {
        var before = ActorCount.Of(Sys);
        var parent = Sys.ActorOf(self => self.ReceiveAny((message, context) => context.Sender.Tell(context.ActorOf(_ => { }))));
        parent.Tell("a child");
        ExpectMsg<IActorRef>();
        Assert.Equal(before + 2, ActorCount.Of(Sys));
        Watch(parent);
        Sys.Stop(parent);
        ExpectTerminated(parent);
        AwaitAssert(() => Assert.Equal(before, ActorCount.Of(Sys)));
    }
}
