using System.Diagnostics;
using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;
using StackExchange.Redis;

namespace DeltaStream.LoadTest;

/// <summary>One server under test with its own Redis and its clients.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly MeasuredProcess _redis;
    private readonly ConnectionMultiplexer _publisher;
    private readonly Market _market;

    private Bench(Market market, int port, MeasuredProcess redis, ConnectionMultiplexer publisher, MeasuredProcess server, Swarm swarm)
    {
        (_market, Port, _redis, _publisher, Server, Swarm) = (market, port, redis, publisher, server, swarm);
    }

    public int Port { get; }

    public MeasuredProcess Server { get; }

    public Swarm Swarm { get; }

    /// <summary>Starts Redis and the server, and waits until it is ready; clients come later.</summary>
    public static Task<Bench> StartAsync(Contender contender, Scenario scenario) => StartAsync(contender, Market.Of(scenario), scenario.SmallestDelivery);

    /// <summary>The same, with messages of another kind.</summary>
    public static async Task<Bench> StartAsync(Contender contender, Market market, int smallestDelivery)
    {
        var port = MeasuredProcess.FreePort();
        var redisPort = MeasuredProcess.FreePort();
        var redis = new MeasuredProcess("redis-server",
            ["--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--client-output-buffer-limit", "pubsub 0 0 0"]);
        var publisher = await ConnectionMultiplexer.ConnectAsync(
            new ConfigurationOptions { EndPoints = { { "127.0.0.1", redisPort } }, AbortOnConnectFail = false });
        await redis.UntilAsync(() => Task.FromResult(publisher.IsConnected));
        var server = contender.Start(port, redisPort);
        using var http = new HttpClient();
        await server.UntilAsync(async () => (await http.GetAsync($"http://127.0.0.1:{port}/health/ready")).IsSuccessStatusCode);
        return new(market, port, redis, publisher, server, new Swarm(smallestDelivery));
    }

    // Messages that are published last are in flight when the time is over. No latency may be longer than this.
    private static readonly TimeSpan UnderWay = TimeSpan.FromMilliseconds(250);

    /// <summary>Publishes at the rate for the time, and measures the server and its clients.</summary>
    public async Task<Measurement> MeasureAsync(double rate, TimeSpan time)
    {
        Swarm.TakeLatencies();
        var (deliveredBefore, bytesBefore, cpuBefore, clientBefore, clock) = (Swarm.Delivered, Swarm.Bytes, Server.Cpu, Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        long published = 0;
        if (rate > 0) published = await PublishAsync(_market, rate, time);
        else await Task.Delay(time);
        var due = deliveredBefore + published * Swarm.Count;
        for (var ended = clock.Elapsed; Swarm.Delivered < due && clock.Elapsed - ended < UnderWay; await Task.Delay(10)) { }
        var (delivered, cpu, client, elapsed) = (Swarm.Delivered - deliveredBefore, Server.Cpu - cpuBefore, Environment.CpuUsage.TotalTime - clientBefore, clock.Elapsed);
        var latencies = Swarm.TakeLatencies();
        latencies.Sort();
        return new(published, delivered, delivered / elapsed.TotalSeconds, cpu.TotalMicroseconds / Math.Max(1, delivered), cpu / elapsed, client / elapsed,
            Server.ResidentBytes, Measurement.Percentile(latencies, 0.5), Measurement.Percentile(latencies, 0.99), (Swarm.Bytes - bytesBefore) / (double)Math.Max(1, delivered), Swarm.Closed);
    }

    /// <summary>Connects clients with the server's dialect, in this bench's swarm or in another swarm.</summary>
    public Task ConnectAsync(Contender contender, Swarm swarm, int count, params string[] afterConnect) =>
        ConnectAsync(contender, swarm, count, TimeSpan.Zero, afterConnect);

    /// <summary>Connects clients evenly over a time.</summary>
    public Task ConnectAsync(Contender contender, Swarm swarm, int count, TimeSpan over, params string[] afterConnect) =>
        swarm.ConnectAsync(Port, contender.Path, contender.Dialect, count, over, afterConnect);

    public async ValueTask DisposeAsync()
    {
        Swarm.Dispose();
        Server.Dispose();
        await _publisher.DisposeAsync();
        _redis.Dispose();
    }

    /// <summary>Publishes at the rate (messages a second) for the time. The clock paces it, so a late message is followed sooner by the next.</summary>
    public Task<long> PublishAsync(Scenario scenario, double rate, TimeSpan time, CancellationToken stop = default) => PublishAsync(Market.Of(scenario), rate, time, stop);

    private async Task<long> PublishAsync(Market market, double rate, TimeSpan time, CancellationToken stop = default)
    {
        var subscriber = _publisher.GetSubscriber();
        var clock = Stopwatch.StartNew();
        var count = 0;
        for (; clock.Elapsed < time && !stop.IsCancellationRequested; count++)
        {
            var due = TimeSpan.FromSeconds(count / rate) - clock.Elapsed;
            if (due > TimeSpan.FromMilliseconds(1)) await Task.Delay(due);
            var (channel, text) = market.Next(Swarm.NowMicroseconds, count);
            await subscriber.PublishAsync(RedisChannel.Literal(channel), text, CommandFlags.FireAndForget);
        }

        return count;
    }
}
