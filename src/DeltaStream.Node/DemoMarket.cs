using System.Globalization;
using DeltaStream.Actors.Clients;
using DeltaStream.Demo;
using DeltaStream.Demo.Embedded;
using DeltaStream.Demo.Simulation;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node;

/// <summary>The only class that knows the demo: the embedded server for a node without a Redis, and the simulated market.</summary>
internal static class DemoMarket
{
    /// <summary>Starts the embedded server if the settings name no Redis. Returns settings that name the server.</summary>
    public static NodeSettings UseEmbeddedRedis(this WebApplicationBuilder builder, NodeSettings settings)
    {
        if (settings.Redis.Url is not null) return settings;
        var server = StartEmbedded(settings.Redis.EmbeddedPort);
        // The container makes the service, so it disposes the server after all services that use it.
        builder.Services.AddSingleton(_ => server);
        builder.Services.AddHostedService<EmbeddedRedisNotice>();
        return settings with { Redis = settings.Redis with { Url = RedisUrlReader.Read(server.Url) } };
    }

    private static EmbeddedRedis StartEmbedded(int? port)
    {
        try
        {
            return port is { } given ? EmbeddedRedis.Start(given) : EmbeddedRedis.StartPreferring();
        }
        catch (EmbeddedRedisException taken)
        {
            throw new SettingException("EMBEDDED_REDIS_PORT", taken.Port.ToString(CultureInfo.InvariantCulture), "auto, 0, or a port on 127.0.0.1 that no other process has");
        }
    }

    /// <summary>Registers the simulated market if the settings ask for it. It runs on one node of the cluster.</summary>
    public static IServiceCollection AddDemoFeed(this IServiceCollection services, NodeSettings settings)
    {
        services.AddHostedService(provider => new DemoWatch(
            provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<NodeStatus>(), settings.DemoFeed, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DemoWatch>>()));
        if (!settings.DemoFeed) return services;
        services.AddSingleton<IDemoPublisher>(provider => new Publisher(provider.GetRequiredService<RedisConnection>(), new FeedChannels(settings.Redis.ChannelPrefix)));
        services.AddSingleton<DemoFeed>();
        services.AddHostedService(provider => new OnceInCluster(
            provider.GetRequiredService<RedisConnection>(),
            provider.GetRequiredService<TimeProvider>(),
            // Each start has a new seed, so that prices take another course.
            stop => provider.GetRequiredService<DemoFeed>().RunAsync(Random.Shared.Next(), stop),
            provider.GetRequiredService<ILogger<OnceInCluster>>()));
        return services;
    }

    private sealed class Publisher(RedisConnection connection, FeedChannels channels) : IDemoPublisher
    {
        public Task PublishAsync(DemoMessage message, CancellationToken cancellation) =>
            connection.PublishAsync(channels.InRedis(message.Channel), message.Payload, cancellation);
    }

    private sealed class EmbeddedRedisNotice(EmbeddedRedis server, ILogger<EmbeddedRedisNotice> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (server.TakenPort is { } taken) logger.EmbeddedRedisPortTaken(taken, server.Port);
            logger.EmbeddedRedisStarted(server.Url);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
