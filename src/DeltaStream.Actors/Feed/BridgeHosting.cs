using Akka.Actor;
using Akka.Hosting;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>Starts the bridge of a node: for hosts and specs alike.</summary>
public static class BridgeHosting
{
    /// <summary>The bridge's name under <c>/user</c>.</summary>
    public const string ActorName = "bridge";

    private static readonly TimeSpan HandOnTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Shows every counter of the bridge from the start, at 0, on nodes without a bridge as well.</summary>
    public static void ShowMetrics() => BridgeMetrics.ShowAll(LeaseCommand.StepDown.Reasons);

    /// <summary>Starts a bridge. Only on nodes with the role <c>bridge</c>.</summary>
    /// <param name="builder">The actor system being built.</param>
    /// <param name="settings">How it works.</param>
    /// <param name="ports">Where it takes from and gives to, from the host's services.</param>
    public static AkkaConfigurationBuilder WithBridge(this AkkaConfigurationBuilder builder, BridgeSettings settings, Func<IServiceProvider, BridgePorts> ports) =>
        builder.WithActors((system, _, resolver) =>
            Start(system, settings, ports(resolver.GetService<IServiceProvider>()), TimeProvider.System));

    /// <summary>Starts a bridge in a plain actor system, and sees to it that its lease is handed on when the system leaves the cluster.</summary>
    public static IActorRef Start(ActorSystem system, BridgeSettings settings, BridgePorts ports, TimeProvider time)
    {
        var bridge = system.ActorOf(BridgeActor.Props(settings, ports, time), ActorName);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeClusterShutdown, "bridge-hand-on", async () =>
        {
            try
            {
                await bridge.Ask<HandedOn>(new HandOn(), HandOnTimeout);
            }
            catch (AskTimeoutException)
            {
                // Then the lease expires by itself.
            }

            return Akka.Done.Instance;
        });
        return bridge;
    }
}
