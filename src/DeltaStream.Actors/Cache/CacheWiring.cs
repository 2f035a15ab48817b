using Akka.Actor;
using Akka.Hosting;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Members;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Cache;

/// <summary>Starts the CacheActor for hosts and specs.</summary>
public static class CacheWiring
{
    /// <summary>
    /// Starts the node's CacheActor and registers it by its type. The services must include <see cref="ILatestStore"/>, <see
    /// cref="NodeStatus"/>, <see cref="RedisClock"/> and logging. Call it before <see cref="ClientsWiring.WithClients"/>.
    /// </summary>
    public static AkkaConfigurationBuilder WithCache(this AkkaConfigurationBuilder builder, CacheSettings settings) =>
        builder.WithActors((system, registry, services) => registry.Register<CacheActor>(StartCache(
            system, settings, services.GetService<ILatestStore>(), services.GetService<NodeStatus>(),
            services.GetService<ILoggerFactory>(), services.GetService<RedisClock>())));

    public static IActorRef StartCache(
        this ActorSystem system, CacheSettings settings, ILatestStore store, NodeStatus status, ILoggerFactory logs, TimeProvider time)
    {
        var mediator = NodeCluster.Of(system).Mediator;
        var log = new CacheLog(logs.CreateLogger<CacheActor>());
        return system.ActorOf(Props.Create(() => new CacheActor(settings, mediator, store, status, log, time)), "cache");
    }
}
