using Akka.Actor;
using Akka.Hosting;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>Starts the bridge of a node for hosts and specs.</summary>
public static class BridgeHosting
{
    /// <summary>The bridge's name under <c>/user</c>.</summary>
    public const string ActorName = "bridge";

    private static readonly TimeSpan HandOverTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Exports every counter of the bridge as 0 from the start, also on nodes without a bridge.</summary>
    public static void ShowMetrics()
    {
        BridgeMetrics.ShowAll(LeaseCommand.StepDown.Reasons);
        WithheldMessages.ShowMetrics();
    }

    /// <summary>Starts a bridge. Only for nodes with the role <c>bridge</c>. The services must include <see cref="RedisClock"/>.</summary>
    /// <param name="builder">The actor system's builder.</param>
    /// <param name="settings">The bridge's settings.</param>
    /// <param name="ports">Takes the feed and the stores from the host's services.</param>
    public static AkkaConfigurationBuilder WithBridge(this AkkaConfigurationBuilder builder, BridgeSettings settings, Func<IServiceProvider, BridgePorts> ports) =>
        builder.WithActors((system, _, resolver) =>
            Start(system, settings, ports(resolver.GetService<IServiceProvider>()), resolver.GetService<RedisClock>()));

    /// <summary>Starts a bridge in a plain actor system. When the system leaves the cluster, the bridge releases its lease first.</summary>
    public static IActorRef Start(ActorSystem system, BridgeSettings settings, BridgePorts ports, TimeProvider time)
    {
        var bridge = system.ActorOf(BridgeActor.Props(settings, ports, time), ActorName);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeClusterShutdown, "bridge-hand-over", async () =>
        {
            await HandOverAsync(system);
            return Akka.Done.Instance;
        });
        return bridge;
    }

    /// <summary>The bridge of this system gives up the lease for good, so that another bridge has it at once.</summary>
    public static async Task HandOverAsync(ActorSystem system)
    {
        try
        {
            await system.ActorSelection($"/user/{ActorName}").Ask<HandedOver>(new HandOver(), HandOverTimeout);
        }
        catch (AskTimeoutException)
        {
            // The lease expires by itself.
        }
    }
}
