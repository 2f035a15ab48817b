using System.Threading.Channels;
using DeltaStream.Demo.Embedded;
using DeltaStream.Demo.Simulation;
using DeltaStream.Demo.Tests.Simulation;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace DeltaStream.Demo.Tests;

/// <summary>The runner: real publishing in the market's time, and what happens when Redis is away.</summary>
public class DemoFeedSpecs
{
    private readonly FakeTimeProvider _time = new(MarketRun.Start);
    private readonly CancellationTokenSource _stop = new();

    [Fact]
    public async Task The_feed_publishes_over_time_and_stops_when_told()
    {
        var publisher = new RecordingPublisher();
        var running = new DemoFeed(publisher, _time, NullLogger<DemoFeed>.Instance).RunAsync(1, _stop.Token);
        var expected = MarketRun.Messages(2);

        foreach (var message in expected)
        {
            if (publisher.Messages.Reader.Count == 0)
                _time.Advance(MarketSimulator.Step);
            var published = await publisher.Messages.Reader.ReadAsync().AsTask().WaitAsync(Patience.ForSeconds(10));
            Assert.Equal(message.Channel, published.Channel);
            Assert.True(message.Payload.Span.SequenceEqual(published.Payload.Span));
        }

        await _stop.CancelAsync();
        await running.WaitAsync(Patience.ForSeconds(10));
    }

    [Fact]
    public async Task A_failed_publication_does_not_end_the_feed()
    {
        var publisher = new RecordingPublisher { Failing = true };
        var running = new DemoFeed(publisher, _time, NullLogger<DemoFeed>.Instance).RunAsync(1, _stop.Token);
        await Eventually.True(() =>
        {
            _time.Advance(MarketSimulator.Step);
            return publisher.Attempts > 3;
        }, "it tries again");
        publisher.Failing = false;

        await Eventually.True(() =>
        {
            _time.Advance(MarketSimulator.Step);
            return publisher.Messages.Reader.Count > 0;
        }, "it publishes");

        Assert.False(running.IsCompleted);
        await _stop.CancelAsync();
        await running.WaitAsync(Patience.ForSeconds(10));
    }

    [Fact]
    public async Task The_feed_reaches_a_subscriber_through_the_embedded_server()
    {
        using var redis = EmbeddedRedis.Start(EmbeddedRedis.AnyPort);
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port}");
        var received = await connection.GetSubscriber().SubscribeAsync(RedisChannel.Pattern("enriched:*"));
        var running = new DemoFeed(new RedisPublisher(connection), _time, NullLogger<DemoFeed>.Instance).RunAsync(1, _stop.Token);

        foreach (var message in new MarketSimulator(1, MarketRun.Start).Advance(MarketRun.Start))
        {
            var published = await received.ReadAsync().AsTask().WaitAsync(Patience.ForSeconds(10));
            Assert.Equal(message.Channel, published.Channel);
            Assert.Equal(message.Payload.ToArray(), (byte[]?)published.Message);
        }

        await _stop.CancelAsync();
        await running.WaitAsync(Patience.ForSeconds(10));
    }

    private sealed class RecordingPublisher : IDemoPublisher
    {
        public Channel<DemoMessage> Messages { get; } = Channel.CreateUnbounded<DemoMessage>();

        public bool Failing { get; set; }

        public int Attempts { get; private set; }

        public Task PublishAsync(DemoMessage message, CancellationToken cancellation)
        {
            Attempts++;
            return Failing ? throw new TimeoutException("no Redis") : Messages.Writer.WriteAsync(message, cancellation).AsTask();
        }
    }

    private sealed class RedisPublisher(ConnectionMultiplexer connection) : IDemoPublisher
    {
        public Task PublishAsync(DemoMessage message, CancellationToken cancellation) =>
            connection.GetDatabase().PublishAsync(RedisChannel.Literal(message.Channel), message.Payload);
    }
}
