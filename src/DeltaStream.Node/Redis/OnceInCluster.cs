using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Logging;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Runs the simulated market while this node holds the market's lease, so that only one of the nodes that offer to run it does so.
/// </summary>
/// <param name="connection">The Redis with the lease.</param>
/// <param name="time">The clock of renewals.</param>
/// <param name="run">The work; it ends when its token is cancelled.</param>
/// <param name="log">Gets the exceptions of the work.</param>
internal sealed class OnceInCluster(RedisConnection connection, TimeProvider time, Func<CancellationToken, Task> run, ILogger? log = null) : BackgroundService
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly RedisLeaseStore _leases = new(connection, RedisKeys.DemoLease, RedisKeys.DemoEpoch);
    private readonly string _owner = Guid.NewGuid().ToString("N");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await TryRunAsync(timer, stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    /// <summary>Catches every exception: a service of the host that throws stops the node.</summary>
    private async Task TryRunAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            if (await TryAcquireAsync(stop) is { } epoch) await RunWhileHeldAsync(epoch, timer, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            log?.DemoMarketFailed(e);
        }
    }

    private async Task<long?> TryAcquireAsync(CancellationToken stop)
    {
        try
        {
            return (await _leases.TryAcquireAsync(_owner, Ttl, 0, stop)).Grant?.Epoch;
        }
        catch (FeedUnavailableException)
        {
            return null;
        }
    }

    private async Task RunWhileHeldAsync(long epoch, PeriodicTimer timer, CancellationToken stop)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = run(lost.Token);
        try
        {
            // Work that has failed must not keep the lease: another node could run the market.
            while (await timer.WaitForNextTickAsync(stop) && !running.IsCompleted && await RenewAsync(epoch, stop)) { }
        }
        finally
        {
            await lost.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync(epoch);
        }

        await running;
    }

    private async Task<bool> RenewAsync(long epoch, CancellationToken stop)
    {
        try
        {
            return (await _leases.RenewAsync(_owner, epoch, Ttl, stop)).Result != LeaseRenewalResult.Lost;
        }
        catch (FeedUnavailableException)
        {
            // The lease may expire before Redis is back.
            return false;
        }
    }

    private async Task ReleaseAsync(long epoch)
    {
        try
        {
            await _leases.ReleaseAsync(_owner, epoch, CancellationToken.None);
        }
        catch (FeedUnavailableException)
        {
            // The lease then expires by itself.
        }
    }
}
