using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Sets the node's <see cref="RedisClock"/> every few seconds, and reports a problem while the node's own clock differs from it.
/// The first answer comes before the services that are registered later start, if Redis can be reached.
/// </summary>
internal sealed class RedisClockWatch(RedisConnection connection, RedisClock clock, NodeProblems problems, GatewayMetrics metrics, ILogger<RedisClockWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(1);

    private readonly ClockDifference _difference = new();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.ObserveClock(() => clock.OwnAhead.TotalSeconds);
        await AskAsync(FirstPatience, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await AskAsync(Interval, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task AskAsync(TimeSpan patience, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            await connection.RunAsync(async db =>
            {
                await RedisTime.AskAsync(db, clock);
                return true;
            }, either.Token, RedisProof.Itself);
        }
        catch (FeedUnavailableException)
        {
            // The clock keeps its offset. Other code reports that Redis is away or refuses.
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // The same. An answer that comes later still sets the clock.
        }

        if (clock.IsSet) Report();
    }

    private void Report()
    {
        var ahead = clock.OwnAhead;
        var detail = _difference.Judge(ahead, clock.Error);
        if (!problems.Set(Problem.ClockDiffers, detail)) return;
        if (detail is not null) logger.ClockDiffers(detail, ahead.TotalSeconds);
        else logger.ClockAgrees(ahead.TotalSeconds);
    }
}
