using System.Globalization;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>Asks the Sentinels for the primary of the service.</summary>
/// <param name="url">The Sentinels, the service and the login.</param>
/// <param name="timeout">The longest time for one Sentinel.</param>
internal sealed class SentinelQuery(RedisUrl url, TimeSpan timeout)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>The primary according to the Sentinel with the newest configuration.</summary>
    /// <exception cref="FeedUnavailableException">No Sentinel knows a primary.</exception>
    public async Task<RedisHost> AskAsync(CancellationToken stop)
    {
        var answers = await Answers.GatherAsync([.. url.Hosts.Select(sentinel => AskAsync(sentinel, stop))], answer => answer.Primary is not null);
        return answers.Where(answer => answer.Primary is not null).MaxBy(answer => answer.Epoch).Primary
            ?? throw new FeedUnavailableException($"no Sentinel names a primary of '{url.Service}': {string.Join("; ", answers.Select(answer => answer.Error))}");
    }

    /// <summary>
    /// While a connection to the primary is being opened, asks again and again whether it still is the primary. Returns the one that is
    /// now, or null when the attempt has ended first.
    /// </summary>
    /// <param name="primary">The primary named last.</param>
    /// <param name="opening">The attempt to connect to it.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<RedisHost?> OtherAsync(RedisHost primary, Task opening, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAny(opening, Task.Delay(AskAgain, stop));
            if (opening.IsCompleted) break;
            var asking = TryAskAsync(stop);
            await Task.WhenAny(opening, asking);
            if (opening.IsCompleted) break;
            if (await asking is { } named && named != primary) return named;
        }

        return null;
    }

    private async Task<RedisHost?> TryAskAsync(CancellationToken stop)
    {
        try
        {
            return await AskAsync(stop);
        }
        catch (Exception e) when (e is FeedUnavailableException || (e is OperationCanceledException && stop.IsCancellationRequested))
        {
            // No Sentinel answers or knows a primary. The attempt goes on; its end says why there is no connection.
            return null;
        }
    }

    private async Task<Answer> AskAsync(RedisHost sentinel, CancellationToken stop)
    {
        try
        {
            await using var link = await RedisLink.OpenAsync(RedisOptions.ForSentinel(url, sentinel.EndPoint, timeout, "deltastream-sentinel"), sentinel.ToString(), stop);
            var server = link.Servers.FirstOrDefault() ?? throw new FeedUnavailableException("connection lost");
            var fields = (await server.SentinelMasterAsync(url.Service!).WaitAsync(timeout, stop)).ToDictionary(field => field.Key, field => field.Value);
            var port = int.Parse(fields["port"], CultureInfo.InvariantCulture);
            return new Answer(new RedisHost(fields["ip"], port), long.Parse(fields["config-epoch"], CultureInfo.InvariantCulture), null);
        }
        catch (Exception e) when (RedisConnection.IsFailure(e) || e is FeedUnavailableException or KeyNotFoundException or FormatException)
        {
            return new Answer(null, 0, $"{sentinel}: {RedisConnection.Describe(e)}");
        }
    }

    private readonly record struct Answer(RedisHost? Primary, long Epoch, string? Error);
}
