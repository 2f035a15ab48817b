using DeltaStream.Actors.Agreement;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Redis;

/// <summary>Registers Redis behind the ports of the actors.</summary>
internal static class RedisExtensions
{
    public static IServiceCollection AddRedis(this IServiceCollection services, NodeSettings settings)
    {
        var url = settings.Redis.Url ?? throw new InvalidOperationException("no REDIS_URL");
        services.AddSingleton<RedisLoginCheck>();
        services.AddSingleton(provider => new RedisDialer(settings.Redis, url, provider.GetRequiredService<RedisLoginCheck>()));
        services.AddSingleton<RefusalWatch>();
        services.AddSingleton<RedisConnection>();
        services.AddSingleton(provider => new RedisClock(provider.GetRequiredService<TimeProvider>()));
        // Registered before the actors, which must not judge the age of a value by another clock.
        services.AddHostedService<RedisClockWatch>();
        services.AddSingleton<MemberRegistry>();
        services.AddSingleton<IStoreIdentity, RedisIdentity>();
        services.AddSingleton<IFeed>(provider =>
            new RedisFeed(
                settings.Redis, provider.GetRequiredService<RedisDialer>(), provider.GetRequiredService<RedisClock>(),
                provider.GetRequiredService<RefusalWatch>()));
        services.AddSingleton<ILeaseStore>(provider =>
            new RedisLeaseStore(provider.GetRequiredService<RedisConnection>(), RedisKeys.BridgeLease, RedisKeys.BridgeEpoch));
        services.AddSingleton<ILatestStore>(provider =>
            new RedisLatestStore(
                provider.GetRequiredService<RedisConnection>(), settings.Bridge.MaxMessageBytes, provider.GetRequiredService<RedisClock>()));
        services.AddSingleton<ISessionStore>(provider => new RedisSessionStore(provider.GetRequiredService<RedisConnection>()));
        return services;
    }
}
