using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Knows whether prices are simulated, whichever node simulates them: somebody holds the simulated market's lease. What a
/// client is told must not depend on the node that it happens to reach.
/// </summary>
/// <param name="connection">Where the lease is.</param>
/// <param name="status">Is told.</param>
/// <param name="offers">Whether this node offers to run the simulated market: then they are, or will be in a moment.</param>
/// <param name="time">The clock of looking.</param>
internal sealed class DemoWatch(RedisConnection connection, NodeStatus status, bool offers, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        status.IsSimulated = offers;
        if (offers) return;
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await LookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            status.IsSimulated = await connection.RunAsync(db => db.KeyExistsAsync(RedisKeys.DemoLease), stop);
        }
        catch (FeedUnavailableException)
        {
            // Without Redis there are no new prices; those that are shown are what they were.
        }
    }
}
