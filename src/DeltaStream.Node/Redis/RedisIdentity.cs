using DeltaStream.Actors.Agreement;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>The name of this Redis: given by the first node that finds none, and again after it was emptied.</summary>
/// <param name="connection">Where it is.</param>
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
