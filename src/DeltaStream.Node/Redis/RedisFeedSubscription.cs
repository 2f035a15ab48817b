using System.Globalization;
using System.Threading.Channels;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>One subscription to the platform's channels, over one connection's life.</summary>
internal sealed class RedisFeedSubscription : IFeedSubscription
{
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly RedisSettings _settings;
    private readonly TimeProvider _time;
    private readonly FeedIntake _messages;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _echoChannel = RedisKeys.Echo(Guid.NewGuid().ToString("N"));

    public RedisFeedSubscription(ConnectionMultiplexer multiplexer, RedisSettings settings, int maxMessageBytes, TimeProvider time, Action onOverflow)
    {
        _multiplexer = multiplexer;
        _settings = settings;
        _time = time;
        _messages = new FeedIntake(settings.IntakeCapacity, maxMessageBytes, onOverflow);
    }

    public ChannelReader<FeedMessage> Messages => _messages;

    public async Task StartAsync(CancellationToken cancellation)
    {
        _multiplexer.ConnectionFailed += (_, failure) => End($"connection to Redis lost ({failure.FailureType})");
        var subscriber = _multiplexer.GetSubscriber();
        // A message that matches a literal and a pattern comes twice, so there is the pattern and nothing else.
        var feed = await subscriber.SubscribeAsync(RedisChannel.Pattern(RedisKeys.FeedPattern)).WaitAsync(cancellation);
        var echoes = await subscriber.SubscribeAsync(RedisChannel.Literal(_echoChannel)).WaitAsync(cancellation);
        // The client library may say that it has subscribed before the server does. The first echo proves it.
        await subscriber.PublishAsync(RedisChannel.Literal(_echoChannel), 0).WaitAsync(cancellation);
        await echoes.ReadAsync(cancellation).AsTask().WaitAsync(_settings.CommandTimeout, _time, cancellation);
        _ = DrainAsync(feed);
        _ = WatchAsync(subscriber, echoes);
        // A connection that broke before the handler above was in place raises no event any more.
        if (!_multiplexer.IsConnected) End("connection to Redis lost");
    }

    public async ValueTask DisposeAsync()
    {
        End("disposed");
        try
        {
            // Closed without waiting for commands: after a loss there is nobody to answer them.
            await _multiplexer.CloseAsync(allowCommandsToComplete: false);
            await _multiplexer.DisposeAsync();
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            // It is gone either way.
        }
    }

    private async Task DrainAsync(ChannelMessageQueue queue)
    {
        try
        {
            // The client library's queue is unbounded; it is emptied as fast as messages arrive.
            while (true)
            {
                var message = await queue.ReadAsync(_stop.Token);
                var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
                _messages.Put(new FeedMessage(message.Channel.ToString(), (ReadOnlyMemory<byte>)message.Message, now));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            End("the subscription was closed");
        }
    }

    private async Task WatchAsync(ISubscriber subscriber, ChannelMessageQueue echoes)
    {
        var watch = new EchoWatch(_settings.EchoTimeout);
        using var timer = new PeriodicTimer(_settings.EchoInterval, _time);
        try
        {
            do
            {
                var now = _time.GetUtcNow();
                while (echoes.TryRead(out var echo))
                    if (long.TryParse(echo.Message.ToString(), CultureInfo.InvariantCulture, out var number)) watch.Hear(number, now);
                if (watch.IsDeaf(now)) End($"the subscription has delivered nothing for {_settings.EchoTimeout.TotalSeconds:0.#} s");
                await subscriber.PublishAsync(RedisChannel.Literal(_echoChannel), watch.Send(now), CommandFlags.FireAndForget);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Ended.
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            End(RedisConnection.Describe(e));
        }
    }

    private void End(string reason)
    {
        _messages.End(new FeedUnavailableException(reason));
        _stop.Cancel();
    }
}
