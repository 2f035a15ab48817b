using DeltaStream.Demo.Embedded;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node;

/// <summary>The only place that knows the demo: the embedded server for where no Redis is given.</summary>
internal static class DemoMarket
{
    /// <summary>Starts the embedded server where the settings name no Redis; returns settings that name it.</summary>
    public static NodeSettings UseEmbeddedRedis(this WebApplicationBuilder builder, NodeSettings settings)
    {
        if (settings.Redis.Url is not null) return settings;
        var server = EmbeddedRedis.StartPreferring();
        // Made by the container, so that it ends with it, after everything that talks to it.
        builder.Services.AddSingleton(_ => server);
        builder.Services.AddHostedService<EmbeddedRedisNotice>();
        if (!RedisUrl.TryParse(server.Url, out var url)) throw new InvalidOperationException($"'{server.Url}' is no Redis URL");
        return settings with { Redis = settings.Redis with { Url = url } };
    }

    private sealed class EmbeddedRedisNotice(EmbeddedRedis server, ILogger<EmbeddedRedisNotice> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            logger.EmbeddedRedisStarted(server.Url);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
