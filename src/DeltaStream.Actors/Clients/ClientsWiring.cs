using Akka.Actor;
using Akka.Hosting;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Dispatch;
using DeltaStream.Actors.Members;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Clients;

/// <summary>Starts the ClientSupervisor and the FeedMonitor for hosts and specs.</summary>
public static class ClientsWiring
{
    /// <summary>
    /// Starts the node's ClientSupervisor and FeedMonitor and registers them by their types. The services must include <see
    /// cref="NodeStatus"/>, <see cref="NodeProblems"/>, <see cref="GatewayMetrics"/>, <see cref="TimeProvider"/>, <see cref="RedisClock"/>, <see cref="SessionRecovery"/> and
    /// logging, and the registry must contain the CacheActor (<see cref="CacheWiring.WithCache"/>).
    /// </summary>
    public static AkkaConfigurationBuilder WithClients(this AkkaConfigurationBuilder builder, ClientSettings settings) =>
        builder.AddHocon(IdleMailbox.Hocon, HoconAddMode.Prepend).WithActors((system, registry, services) =>
        {
            var status = services.GetService<NodeStatus>();
            var logs = services.GetService<ILoggerFactory>();
            var time = services.GetService<TimeProvider>();
            registry.Register<ClientSupervisor>(StartClients(
                system, settings, registry.Get<CacheActor>(), status, services.GetService<GatewayMetrics>(), logs, time, services.GetService<SessionRecovery>(), services.GetService<RedisClock>()));
            registry.Register<FeedMonitor>(StartFeedMonitor(system, status, services.GetService<NodeProblems>(), logs, time));
        });

    public static IActorRef StartClients(
        this ActorSystem system, ClientSettings settings, IActorRef cache, NodeStatus status, GatewayMetrics metrics, ILoggerFactory logs, TimeProvider time,
        SessionRecovery? recovery = null, TimeProvider? redisTime = null)
    {
        metrics.ObserveRooms(() => status.Rooms);
        var order = NodeOrder.For(system);
        order.Freshness.QuietAfter = (long)settings.RoomQuietAfter.TotalMicroseconds;
        order.Views.Linger = (long)settings.ViewsLinger.TotalMicroseconds;
        var watch = system.ActorOf(Props.Create(() => new RoomWatchActor(order, status, redisTime ?? time)), "room-watch");
        var tokens = system.ActorOf(Props.Create(() => new TokenClock(time)), "token-clock");
        var context = new ClientContext(
            settings, NodeCluster.Of(system).Mediator, cache, tokens, status, metrics, new(logs.CreateLogger<ClientActor>()), time)
        {
            RedisTime = redisTime ?? time,
            Order = order,
            Watch = watch,
            Sessions = recovery is null ? ActorRefs.Nobody : system.StartSessions(recovery, logs),
            HolderOf = session => recovery?.HolderOf(session) ?? "",
        };
        metrics.ObserveViews(() => order.Views.ShapesInUse);
        return system.ActorOf(Props.Create(() => new ClientSupervisor(context, status)), "clients");
    }

    public static IActorRef StartFeedMonitor(this ActorSystem system, NodeStatus status, NodeProblems problems, ILoggerFactory logs, TimeProvider time)
    {
        var mediator = NodeCluster.Of(system).Mediator;
        var log = new ClientLog(logs.CreateLogger<FeedMonitor>());
        return system.ActorOf(Props.Create(() => new FeedMonitor(mediator, status, problems, log, time)), "feed-monitor");
    }
}
