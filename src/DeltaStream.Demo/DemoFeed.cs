using DeltaStream.Demo.Simulation;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Demo;

/// <summary>Runs the simulated market in real time and publishes its messages.</summary>
/// <param name="publisher">The way to Redis.</param>
/// <param name="time">The clock of the market; expiries count from it.</param>
/// <param name="log">Gets one line when Redis is lost and one when it is found again.</param>
public sealed partial class DemoFeed(IDemoPublisher publisher, TimeProvider time, ILogger<DemoFeed> log)
{
    private bool _failing;

    /// <summary>Runs until cancelled. While Redis can't be reached, the messages of that time are lost and the market goes on.</summary>
    /// <param name="seed">Decides the course of prices; the same seed gives the same course.</param>
    /// <param name="cancellation">Stops the market, without an exception.</param>
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
            // Cancellation is the normal end.
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
