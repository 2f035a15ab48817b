using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using DeltaStream.Actors.Agreement;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Transports.Clients;
using DeltaStream.Node.Transports.Plain;
using DeltaStream.Node.Transports.Relay;

namespace DeltaStream.Node.Hosting;

/// <summary>The node's actor system: its address, its cluster, and the actors of its roles.</summary>
internal static class GatewaySystem
{
    /// <summary>The actor system's name; all nodes of a cluster have the same.</summary>
    public const string Name = "deltastream";

    /// <summary>Adds the actor system, which starts and stops with the host.</summary>
    public static IServiceCollection AddGatewaySystem(this IServiceCollection services, NodeSettings settings)
    {
        MessageKind.DefaultLife = settings.Latest;
        services.AddSingleton<NodeStatus>();
        services.AddSingleton<BridgeStatus>();
        services.AddSingleton<NodeProblems>();
        services.AddSingleton<NodeMetrics>();
        if (settings.Https is { } https)
        {
            services.AddSingleton(provider => new ServerCertificate(https, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ServerCertificate>>()));
        }
        services.AddHostedService<CertificateWatch>();
        services.AddSingleton(new StoreAgreement(settings.Cluster.Self.ToString()));
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<SessionRelay>();
        services.AddSingleton(provider => new SessionRecovery(provider.GetRequiredService<ISessionStore>(), settings.Clients.RecoveryWindow, provider.GetRequiredService<TimeProvider>()));
        services.AddAkka(Name, (akka, provider) =>
        {
            akka.ConfigureLoggers(loggers =>
                {
                    loggers.ClearLoggers();
                    loggers.AddLogger<AkkaLogger>();
                })
                .AddHocon(settings.Hocon, HoconAddMode.Prepend)
                .AddHocon($"akka.loglevel = {settings.LogLevel.ToString().ToUpperInvariant().Replace("INFORMATION", "INFO")}", HoconAddMode.Prepend)
                // Akka abandons a phase that takes too long, so this phase gets more time than the drain.
                .AddHocon($"akka.coordinated-shutdown.phases.before-service-unbind.timeout = {settings.Drain.TotalSeconds + 2:0}s", HoconAddMode.Prepend)
                .WithRemoting(Remoting(settings.Cluster))
                .WithMutualTls(settings.Cluster.Tls, provider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(MutualTls)))
                .WithClustering(Clustering(settings.Cluster))
                .WithDistributedPubSub(string.Empty)
                .WithTopics()
                .WithSessionMessages()
                .AddHocon(RelaySerializer.Hocon, HoconAddMode.Prepend)
                .WithBoundSerializers()
                .WithStoreAgreement(settings.Cluster.Self.ToString());
            if (settings.Cluster.Has(ClusterSettings.Bridge)) akka.WithBridge(settings.Bridge, Ports);
            if (settings.Cluster.Has(ClusterSettings.Gateway)) akka.WithGateway(settings);
            akka.WithActors((system, _, _) => system.ActorOf(
                Props.Create(() => new MemberWatchActor(provider.GetRequiredService<ILoggerFactory>().CreateLogger<MemberWatchActor>())), "member-watch"));
            BridgeHosting.ShowMetrics();
            provider.GetService<RefusalWatch>()?.ShowMetrics();
            akka.WithActors((system, _, services) =>
            {
                var metrics = services.GetService<GatewayMetrics>();
                metrics.ObserveActors(() => ActorCount.Of(system));
                metrics.ObserveHeap(() => GC.GetGCMemoryInfo().TotalCommittedBytes, () => GC.GetGCMemoryInfo().FragmentedBytes);
            });
        });
        // Registered after the actors, because a member must be able to do its work.
        return services.AddHostedService<ClusterJoin>();
    }

    private static void WithGateway(this AkkaConfigurationBuilder akka, NodeSettings settings)
    {
        akka.WithCache(settings.Cache).WithClients(settings.Clients);
        akka.WithActors((_, _, services) => services.GetService<GatewayMetrics>().ShowAll(
            RequestError.Codes, CloseReason.OfClients.Select(reason => reason.Name), SocketIoProtocol.Instance.ProtocolIndex, PlainProtocol.Instance.ProtocolIndex));
        akka.WithActors((system, _, services) => services.GetService<SessionRelay>().Start(system));
        // These actors end before the node leaves the cluster: the mediator ends with the membership, and they would take that for
        // a failure.
        akka.AddStartup((system, registry) => CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseServiceStop, "gateway", async () =>
            {
                IActorRef[] actors = [registry.Get<ClientSupervisor>(), registry.Get<FeedMonitor>(), registry.Get<CacheActor>()];
                foreach (var actor in actors) await actor.GracefulStop(TimeSpan.FromSeconds(2));
                return Akka.Done.Instance;
            }));
    }

    private static BridgePorts Ports(IServiceProvider services) => new(
        services.GetRequiredService<IFeed>(), services.GetRequiredService<ILeaseStore>(), services.GetRequiredService<ILatestStore>())
    {
        MayPublish = MayPublish(services.GetRequiredService<StoreAgreement>()),
        Status = services.GetRequiredService<BridgeStatus>(),
        Problems = services.GetRequiredService<NodeProblems>(),
        Log = services.GetRequiredService<ILoggerFactory>().CreateLogger("DeltaStream.Bridge"),
    };

    private static Func<bool> MayPublish(StoreAgreement agreement) => () => !agreement.IsOutvoted;

    private static RemoteOptions Remoting(ClusterSettings cluster) => new()
    {
        HostName = cluster.BindHost,
        Port = cluster.Self.Port,
        PublicHostName = cluster.Self.Host,
        PublicPort = cluster.Self.Port,
    };

    private static ClusterOptions Clustering(ClusterSettings cluster) => new()
    {
        // No seeds here: ClusterJoin decides which nodes to ask.
        Roles = [.. cluster.Roles],
    };
}
