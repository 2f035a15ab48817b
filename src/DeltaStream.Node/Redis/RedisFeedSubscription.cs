using System.Globalization;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>One subscription to the platform's channels, for the life of one connection.</summary>
internal sealed class RedisFeedSubscription(ConnectionMultiplexer multiplexer, RedisSettings settings, RedisClock clock)
{
    private readonly RedisChannel _echoChannel = RedisChannel.Literal(RedisKeys.Echo(Guid.NewGuid().ToString("N")));

    /// <summary>Subscribes and passes messages on until the connection is lost, found deaf, or stopped.</summary>
    public async Task RunAsync(Action subscribed, Action<FeedMessage> receive, CancellationToken stop)
    {
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        multiplexer.ConnectionFailed += (_, failure) =>
            lost.TrySetException(new FeedUnavailableException($"connection to Redis lost ({failure.FailureType})"));
        var subscriber = multiplexer.GetSubscriber();
        // Redis delivers a message twice if it matches a literal and a pattern, so this subscription has only the pattern.
        var feed = await subscriber.SubscribeAsync(RedisChannel.Pattern(RedisKeys.FeedPattern)).WaitAsync(stop);
        var echoes = await subscriber.SubscribeAsync(_echoChannel).WaitAsync(stop);
        // The client library may report the subscription before the server has made it. The first echo proves it.
        await subscriber.PublishAsync(_echoChannel, 0).WaitAsync(stop);
        await echoes.ReadAsync(stop).AsTask().WaitAsync(settings.CommandTimeout, clock, stop);
        // This may be another Redis than before, with another clock.
        await RedisTime.AskAsync(multiplexer.GetDatabase(), clock).WaitAsync(stop);
        // A connection that broke before the handler above was in place raises no event, so its state is checked once.
        if (!multiplexer.IsConnected) throw new FeedUnavailableException("connection to Redis lost");
        subscribed();

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var (drain, watch) = (DrainAsync(feed, receive, ends.Token), WatchAsync(subscriber, echoes, ends.Token));
        try
        {
            await await Task.WhenAny(drain, watch, lost.Task);
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll(drain, watch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DrainAsync(ChannelMessageQueue queue, Action<FeedMessage> receive, CancellationToken stop)
    {
        // The client library's queue is unbounded, so this loop empties it as fast as messages arrive.
        while (true)
        {
            var message = await queue.ReadAsync(stop);
            receive(new FeedMessage(message.Channel.ToString(), (ReadOnlyMemory<byte>)message.Message, clock.UnixMicroseconds()));
        }
    }

    private async Task WatchAsync(ISubscriber subscriber, ChannelMessageQueue echoes, CancellationToken stop)
    {
        var watch = new EchoWatch(settings.EchoTimeout);
        using var timer = new PeriodicTimer(settings.EchoInterval, clock);
        do
        {
            var now = clock.Elapsed();
            while (echoes.TryRead(out var echo))
                if (long.TryParse(echo.Message.ToString(), CultureInfo.InvariantCulture, out var number)) watch.Hear(number, now);
            if (watch.IsDeaf(now)) throw new FeedUnavailableException($"the subscription has delivered nothing for {settings.EchoTimeout.TotalSeconds:0.#} s");
            await subscriber.PublishAsync(_echoChannel, watch.Send(now), CommandFlags.FireAndForget);
        }
        while (await timer.WaitForNextTickAsync(stop));
    }
}
