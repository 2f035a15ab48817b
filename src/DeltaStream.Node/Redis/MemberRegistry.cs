using System.Globalization;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// The members of the cluster on this Redis, by address and time. A starting node reads the register when no other node answers.
/// The times are those of Redis, so the nodes' clocks do not matter.
/// </summary>
/// <param name="connection">The Redis with the register.</param>
internal sealed class MemberRegistry(RedisConnection connection)
{
    /// <summary>The time for which a member counts as alive after its last announcement.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(15);

    /// <summary>Announces that this member is alive; returns the addresses of the other live members.</summary>
    /// <exception cref="Actors.Market.FeedUnavailableException">Redis can't be reached, or refused the command.</exception>
    public async Task<IReadOnlyList<string>> AnnounceAsync(string self, CancellationToken cancellation)
    {
        var now = await NowAsync(cancellation);
        await connection.RunAsync(db => db.SortedSetAddAsync(RedisKeys.Members, self, now), cancellation, RedisProof.Writes);
        await connection.RunAsync(db => db.SortedSetRemoveRangeByScoreAsync(RedisKeys.Members, double.NegativeInfinity, now - Life.TotalMilliseconds), cancellation);
        return await OthersAsync(self, now, cancellation);
    }

    /// <summary>
    /// Returns the addresses of the live members, for a node that is not a member yet. The call also writes an entry that has
    /// already expired: if nodes can't write to the register, it does not show which members are alive.
    /// </summary>
    /// <exception cref="Actors.Market.FeedUnavailableException">Redis can't be reached, or refused the command.</exception>
    public async Task<IReadOnlyList<string>> OthersAsync(string self, CancellationToken cancellation)
    {
        await connection.RunAsync(db => db.SortedSetAddAsync(RedisKeys.Members, self, 0), cancellation);
        return await OthersAsync(self, await NowAsync(cancellation), cancellation);
    }

    /// <summary>Removes this member from the register.</summary>
    /// <exception cref="Actors.Market.FeedUnavailableException">Redis can't be reached, or refused the command.</exception>
    public async Task WithdrawAsync(string self, CancellationToken cancellation) =>
        await connection.RunAsync(db => db.SortedSetRemoveAsync(RedisKeys.Members, self), cancellation);

    private async Task<IReadOnlyList<string>> OthersAsync(string self, double now, CancellationToken cancellation)
    {
        var found = await connection.RunAsync(db => db.SortedSetRangeByScoreAsync(RedisKeys.Members, now - Life.TotalMilliseconds), cancellation);
        return [.. found.Select(member => member.ToString()).Where(member => member != self)];
    }

    private async Task<double> NowAsync(CancellationToken cancellation)
    {
        var time = (RedisResult[])(await connection.RunAsync(db => db.ExecuteAsync("TIME"), cancellation, RedisProof.Itself))!;
        return (double.Parse(time[0].ToString(), CultureInfo.InvariantCulture) * 1000) + Math.Floor(double.Parse(time[1].ToString(), CultureInfo.InvariantCulture) / 1000);
    }
}
