using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Hosting;

/// <summary>The node's actor system: its address, its cluster, and the actors that its roles ask for.</summary>
public static class GatewaySystem
{
    /// <summary>The actor system's name; the same on every node of a cluster.</summary>
    public const string Name = "deltastream";

    /// <summary>Adds the actor system; it starts and stops with the host.</summary>
    public static IServiceCollection AddGatewaySystem(this IServiceCollection services, NodeSettings settings) =>
        services.AddAkka(Name, akka => akka
            .ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            })
            .AddHocon(settings.Hocon, HoconAddMode.Prepend)
            .WithRemoting(new RemoteOptions
            {
                HostName = settings.Cluster.BindHost,
                Port = settings.Cluster.Self.Port,
                PublicHostName = settings.Cluster.Self.Host,
                PublicPort = settings.Cluster.Self.Port,
            })
            .WithClustering(new ClusterOptions
            {
                SeedNodes = [.. settings.Cluster.Seeds.Select(seed => $"akka.tcp://{Name}@{seed}")],
                Roles = [.. settings.Cluster.Roles],
            })
            .WithDistributedPubSub(string.Empty));
}
