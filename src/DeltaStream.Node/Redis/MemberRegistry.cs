using System.Globalization;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Who is a member of the cluster on this Redis, by address and time: what a starting node can ask when no other node answers.
/// The times are Redis's own, so that no node's clock matters.
/// </summary>
/// <param name="connection">Where it is.</param>
internal sealed class MemberRegistry(RedisConnection connection)
{
    /// <summary>How long a member counts as alive after it has last said so.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(15);

    /// <summary>Says that this member is alive; returns the addresses of the others that are.</summary>
    /// <exception cref="Actors.Market.FeedUnavailableException">Redis could not be reached, or refused.</exception>
    public async Task<IReadOnlyList<string>> AnnounceAsync(string self, CancellationToken cancellation)
    {
        var now = await NowAsync(cancellation);
        await connection.RunAsync(db => db.SortedSetAddAsync(RedisKeys.Members, self, now), cancellation);
        await connection.RunAsync(db => db.SortedSetRemoveRangeByScoreAsync(RedisKeys.Members, double.NegativeInfinity, now - Life.TotalMilliseconds), cancellation);
        return await OthersAsync(self, now, cancellation);
    }

    /// <summary>
    /// The addresses of members that are alive, for a node that is not one yet. Writes as well, with a time that is over: a list
    /// that nobody can write says nothing of who is alive.
    /// </summary>
    /// <exception cref="Actors.Market.FeedUnavailableException">Redis could not be reached, or refused.</exception>
    public async Task<IReadOnlyList<string>> OthersAsync(string self, CancellationToken cancellation)
    {
        await connection.RunAsync(db => db.SortedSetAddAsync(RedisKeys.Members, self, 0), cancellation);
        return await OthersAsync(self, await NowAsync(cancellation), cancellation);
    }

    /// <summary>This member is going.</summary>
    /// <exception cref="Actors.Market.FeedUnavailableException">Redis could not be reached, or refused.</exception>
    public async Task WithdrawAsync(string self, CancellationToken cancellation) =>
        await connection.RunAsync(db => db.SortedSetRemoveAsync(RedisKeys.Members, self), cancellation);

    private async Task<IReadOnlyList<string>> OthersAsync(string self, double now, CancellationToken cancellation)
    {
        var found = await connection.RunAsync(db => db.SortedSetRangeByScoreAsync(RedisKeys.Members, now - Life.TotalMilliseconds), cancellation);
        return [.. found.Select(member => member.ToString()).Where(member => member != self)];
    }

    private async Task<double> NowAsync(CancellationToken cancellation)
    {
        var time = (RedisResult[])(await connection.RunAsync(db => db.ExecuteAsync("TIME"), cancellation))!;
        return (double.Parse(time[0].ToString(), CultureInfo.InvariantCulture) * 1000) + Math.Floor(double.Parse(time[1].ToString(), CultureInfo.InvariantCulture) / 1000);
    }
}
