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
    private readonly Scenario _scenario;

    private Bench(Scenario scenario, MeasuredProcess redis, ConnectionMultiplexer publisher, MeasuredProcess server, Swarm swarm)
    {
        (_scenario, _redis, _publisher, Server, Swarm) = (scenario, redis, publisher, server, swarm);
    }

    public MeasuredProcess Server { get; }

    public Swarm Swarm { get; }

    /// <summary>Starts Redis and the server, and waits until it is ready; clients come later.</summary>
    public static async Task<Bench> StartAsync(Contender contender, Scenario scenario, int port)
    {
        var redisPort = MeasuredProcess.FreePort();
        var redis = new MeasuredProcess("redis-server",
            ["--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--client-output-buffer-limit", "pubsub 0 0 0"]);
        var publisher = await ConnectionMultiplexer.ConnectAsync(
            new ConfigurationOptions { EndPoints = { { "127.0.0.1", redisPort } }, AbortOnConnectFail = false });
        await redis.UntilAsync(() => Task.FromResult(publisher.IsConnected));
        var server = contender.Start(port, redisPort);
        using var http = new HttpClient();
        await server.UntilAsync(async () => (await http.GetAsync($"http://127.0.0.1:{port}/health/ready")).IsSuccessStatusCode);
        return new(scenario, redis, publisher, server, new Swarm(scenario.SmallestDelivery));
    }

    /// <summary>Publishes at the rate for the time, and measures it.</summary>
    public async Task<Measurement> MeasureAsync(double rate, TimeSpan time)
    {
        Swarm.TakeLatencies();
        var (deliveredBefore, cpuBefore, clientBefore, clock) = (Swarm.Delivered, Server.Cpu, Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var published = await PublishAsync(rate, time);
        var (delivered, cpu, client, elapsed) = (Swarm.Delivered - deliveredBefore, Server.Cpu - cpuBefore, Environment.CpuUsage.TotalTime - clientBefore, clock.Elapsed);
        var latencies = Swarm.TakeLatencies();
        latencies.Sort();
        return new(published, delivered, delivered / elapsed.TotalSeconds, cpu.TotalMicroseconds / Math.Max(1, delivered), cpu / elapsed, client / elapsed,
            Server.ResidentBytes, Measurement.Percentile(latencies, 0.5), Measurement.Percentile(latencies, 0.99), Swarm.Closed);
    }

    public async ValueTask DisposeAsync()
    {
        Swarm.Dispose();
        Server.Dispose();
        await _publisher.DisposeAsync();
        _redis.Dispose();
    }

    // Paced by the clock, so that a late tick is made up for and the rate is the wanted one.
    private async Task<long> PublishAsync(double rate, TimeSpan time)
    {
        var channel = RedisChannel.Literal(_scenario.Channel);
        var subscriber = _publisher.GetSubscriber();
        var clock = Stopwatch.StartNew();
        var count = 0;
        for (; clock.Elapsed < time; count++)
        {
            var due = TimeSpan.FromSeconds(count / rate) - clock.Elapsed;
            if (due > TimeSpan.FromMilliseconds(1)) await Task.Delay(due);
            await subscriber.PublishAsync(channel, _scenario.Message(Swarm.NowMicroseconds, count), CommandFlags.FireAndForget);
        }

        return count;
    }
}
