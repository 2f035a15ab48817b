using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Node.Admission;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>A node that has not joined its cluster yet gets requests: balancers without health checks send them.</summary>
public sealed class StartingNodeSpecs : TwoRelays
{
    private readonly ActorSystem _starting;
    private readonly RelayNode _node;

    public StartingNodeSpecs()
    {
        _starting = ActorSystem.Create(Sys.Name, Sys.Settings.Config);
        _node = new RelayNode(_starting);
    }

    [Fact]
    public async Task A_poll_for_another_nodes_session_is_refused_so_that_the_balancer_asks_the_next_node()
    {
        var session = There.Open();
        Assert.Equal(503, (await _node.RequestAsync("GET", session, Stream.Null)).Status);
        Assert.Null(There.ClosedWith);
    }

    [Fact]
    public async Task A_post_waits_until_the_node_has_joined_and_then_reaches_its_session()
    {
        var session = There.Open();
        var post = _node.RequestAsync("POST", session, new MemoryStream("4a"u8.ToArray()));
        Assert.False(post.IsCompleted);
        Cluster.Get(_starting).Join(Cluster.Get(Sys).SelfAddress);
        Assert.Equal((200, "ok"), await post.WaitAsync(TestSupport.Eventually.Patience));
    }

    [Fact]
    public void A_new_client_is_refused_until_the_node_has_joined_once()
    {
        var (admission, isMember) = (new AdmissionControl(10), false);
        admission.StartWhen(() => isMember);
        Assert.Equal(RefusedConnection.Starting, admission.TryEnter(default));
        isMember = true;
        Assert.Null(admission.TryEnter(default));
        isMember = false;
        Assert.Null(admission.TryEnter(default));
    }

    protected override void AfterAll()
    {
        Shutdown(_starting);
        _node.Dispose();
        base.AfterAll();
    }
}
