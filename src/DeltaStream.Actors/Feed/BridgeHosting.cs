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

    /// <summary>Starts a bridge, registered as <see cref="BridgeActor"/>. Only on nodes with the role <c>bridge</c>.</summary>
    /// <param name="builder">The actor system being built.</param>
    /// <param name="settings">How it works.</param>
    /// <param name="ports">Where it takes from and gives to.</param>
    /// <param name="time">The clock; the system's by default.</param>
    public static AkkaConfigurationBuilder WithBridge(
        this AkkaConfigurationBuilder builder, BridgeSettings settings, BridgePorts ports, TimeProvider? time = null) =>
        builder.WithBridge(settings, _ => ports, time);

    /// <summary>The same with ports from the host's services.</summary>
    public static AkkaConfigurationBuilder WithBridge(
        this AkkaConfigurationBuilder builder, BridgeSettings settings, Func<IServiceProvider, BridgePorts> ports, TimeProvider? time = null)
    {
        return builder.WithActors((system, registry, resolver) =>
        {
            var found = ports(resolver.GetService<IServiceProvider>());
            var bridge = Start(system, settings, found, time ?? TimeProvider.System);
            registry.Register<BridgeActor>(bridge);
        });
    }

    /// <summary>Starts a bridge in a plain actor system, and sees to it that its lease is handed on when the system leaves the cluster.</summary>
    public static IActorRef Start(ActorSystem system, BridgeSettings settings, BridgePorts ports, TimeProvider time)
    {
        var bridge = system.ActorOf(BridgeActor.Props(settings, ports, time), ActorName);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeClusterShutdown, "bridge-hand-on", async () =>
        {
            try
            {
                await bridge.Ask<HandedOn>(HandOn.Instance, HandOnTimeout);
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
