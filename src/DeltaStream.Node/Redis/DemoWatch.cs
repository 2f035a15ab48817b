using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Logging;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Tracks whether prices are simulated, on this node or another: they are while some node holds the simulated market's lease. A
/// client must get the same information from every node.
/// </summary>
/// <param name="connection">The Redis with the lease.</param>
/// <param name="status">Receives the result.</param>
/// <param name="offers">Whether this node offers to run the simulated market; then prices are simulated now or in a moment.</param>
/// <param name="time">The clock of the interval.</param>
/// <param name="log">Gets the exceptions that are not failures of Redis.</param>
internal sealed class DemoWatch(RedisConnection connection, NodeStatus status, bool offers, TimeProvider time, ILogger? log = null) : BackgroundService
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
            // Without Redis there are no new prices, so the last result still holds for the prices that clients see.
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // A service of the host that throws stops the node.
            log?.StepFailed(nameof(DemoWatch), e);
        }
    }
}
