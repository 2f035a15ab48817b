using Akka.Actor;
using Akka.Configuration;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Hosting;

/// <summary>
/// A node that starts again on its address connects to the others while they connect to it. Whatever the order of these two connections
/// is, the node gets the answers of the others.
/// </summary>
public sealed class RestartedPeerSpecs : IAsyncLifetime
{
    private const string Name = "peers";

    // The connections cross when the others try again at the moment at which the node is back. With a short gate they try all the time.
    private static readonly Config Remoting = ConfigurationFactory.ParseString("""
        akka.actor.provider = remote
        akka.actor.serialization-settings.allow-unregistered-types = true
        akka.loglevel = OFF
        akka.remote.retry-gate-closed-for = 20ms
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        """).WithFallback(GatewaySystemSpecs.NodeConfig).WithFallback(ConfigurationFactory.Default());

    private readonly ActorSystem _other = ActorSystem.Create(Name, Remoting);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _other.Terminate();

    [Fact]
    public async Task Every_restarted_node_gets_answers_although_both_sides_connect_at_once()
    {
        var answering = _other.ActorOf(Props.Create<Answering>(), "answering");
        var address = ((ExtendedActorSystem)_other).Provider.DefaultAddress;
        int? port = null;
        for (var restart = 0; restart < 15; restart++)
        {
            var node = ActorSystem.Create(Name, ConfigurationFactory.ParseString($"akka.remote.dot-netty.tcp.port = {port ?? 0}").WithFallback(Remoting));
            try
            {
                port ??= ((ExtendedActorSystem)node).Provider.DefaultAddress.Port;
                var peer = node.ActorSelection($"{address}/user/answering");
                await Eventually.True(async () => await AnswersAsync(peer), $"an answer after restart {restart}");
                // From now on the other side sends, also while the node is away.
                answering.Tell(new SendTo($"{((ExtendedActorSystem)node).Provider.DefaultAddress}/user/nobody"));
            }
            finally
            {
                await node.Terminate();
            }
        }
    }

    private static async Task<bool> AnswersAsync(ActorSelection peer)
    {
        try
        {
            return await peer.Ask<string>("question", TimeSpan.FromMilliseconds(500)) == "answer";
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    private sealed record SendTo(string Path);

    private sealed class Answering : ReceiveActor, IWithTimers
    {
        public Answering()
        {
            Receive<string>(_ => Sender.Tell("answer"));
            Receive<SendTo>(to => Timers.StartPeriodicTimer("send", new Due(to.Path), TimeSpan.FromMilliseconds(1)));
            Receive<Due>(due => Context.ActorSelection(due.Path).Tell("message"));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        private sealed record Due(string Path);
    }
}
