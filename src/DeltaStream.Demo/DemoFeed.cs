using DeltaStream.Demo.Simulation;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Demo;

/// <summary>Lets the simulated market run in real time and publishes what it says until it is stopped.</summary>
/// <param name="publisher">The way to Redis.</param>
/// <param name="time">The clock, and what expiries count from.</param>
/// <param name="log">Told when Redis is lost and found again, once each.</param>
public sealed partial class DemoFeed(IDemoPublisher publisher, TimeProvider time, ILogger<DemoFeed> log)
{
    private bool _failing;

    /// <summary>Runs until cancelled; a Redis that cannot be reached costs the messages of that time, nothing else.</summary>
    /// <param name="seed">Decides the course of prices; the same seed moves the same way.</param>
    /// <param name="cancellation">Ends it, without an exception.</param>
    public async Task RunAsync(int seed, CancellationToken cancellation)
    {
        var market = new MarketSimulator(seed, time.GetUtcNow());
        using var timer = new PeriodicTimer(MarketSimulator.Step, time);
        try
        {
            do
            {
                await PublishAsync(market.Advance(time.GetUtcNow()), cancellation).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopping is how it ends.
        }
    }

    private async Task PublishAsync(IReadOnlyList<DemoMessage> messages, CancellationToken cancellation)
    {
        try
        {
            foreach (var message in messages)
                await publisher.PublishAsync(message, cancellation).ConfigureAwait(false);
            if (_failing)
                LogRecovered(log);
            _failing = false;
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            if (!_failing)
                LogFailing(log, error.Message);
            _failing = true;
        }
    }

    [LoggerMessage(EventId = 701, EventName = "demo_feed_failing", Level = LogLevel.Warning, Message = "demo_feed_failing {error}")]
    private static partial void LogFailing(ILogger log, string error);

    [LoggerMessage(EventId = 702, EventName = "demo_feed_recovered", Level = LogLevel.Information, Message = "demo_feed_recovered")]
    private static partial void LogRecovered(ILogger log);
}
