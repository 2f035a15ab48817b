using DeltaStream.Actors.Agreement;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>The random name of this Redis. The first node that finds no name sets one, also after Redis was emptied.</summary>
/// <param name="connection">The Redis.</param>
internal sealed class RedisIdentity(RedisConnection connection) : IStoreIdentity
{
    public async ValueTask<string> ReadAsync(CancellationToken cancellation)
    {
        if (await ReadOnceAsync(cancellation) is { } name) return name;
        var own = Guid.NewGuid().ToString("N");
        await connection.RunAsync(db => db.StringSetAsync(RedisKeys.Store, own, when: When.NotExists), cancellation);
        return await ReadOnceAsync(cancellation) ?? own;
    }

    private async Task<string?> ReadOnceAsync(CancellationToken cancellation) =>
        await connection.RunAsync(db => db.StringGetAsync(RedisKeys.Store), cancellation);
}
