using System.Diagnostics;
using DeltaStream.LoadTest.Load;
using DeltaStream.LoadTest.Servers;
using StackExchange.Redis;

namespace DeltaStream.LoadTest;

/// <summary>One message in, one to each client out: the price of a delivery.</summary>
internal static class FanOut
{
    public static async Task<Measurement> RunAsync(Contender contender, Scenario scenario)
    {
        var redisPort = MeasuredProcess.FreePort();
        using var redis = new MeasuredProcess("redis-server", ["--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        await using var publisher = await ConnectAsync(redis, redisPort);
        var port = MeasuredProcess.FreePort();
        using var server = contender.Start(port, redisPort);
        using var http = new HttpClient();
        await server.UntilAsync(async () => (await http.GetAsync($"http://127.0.0.1:{port}/health/ready")).IsSuccessStatusCode);

        using var swarm = new Swarm();
        await swarm.ConnectAsync(port, contender.Path, contender.Dialect, scenario.Clients);
        await PublishAsync(publisher, scenario, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
        swarm.TakeLatencies();

        var (deliveredBefore, cpuBefore, clientBefore, clock) = (swarm.Delivered, server.Cpu, Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var published = await PublishAsync(publisher, scenario, TimeSpan.FromSeconds(scenario.Seconds));
        var (delivered, cpu, client, elapsed) = (swarm.Delivered - deliveredBefore, server.Cpu - cpuBefore, Environment.CpuUsage.TotalTime - clientBefore, clock.Elapsed);
        var latencies = swarm.TakeLatencies();
        latencies.Sort();
        return new(published, delivered, cpu.TotalMicroseconds / Math.Max(1, delivered), client / elapsed,
            server.ResidentBytes, Measurement.Percentile(latencies, 0.5), Measurement.Percentile(latencies, 0.99), swarm.Closed);
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(MeasuredProcess redis, int port)
    {
        var options = new ConfigurationOptions { EndPoints = { { "127.0.0.1", port } }, AbortOnConnectFail = false };
        var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await redis.UntilAsync(() => Task.FromResult(connection.IsConnected));
        return connection;
    }

    // Paced by the clock, so that a late tick is made up for and the rate is the wanted one.
    private static async Task<long> PublishAsync(ConnectionMultiplexer publisher, Scenario scenario, TimeSpan time)
    {
        var channel = RedisChannel.Literal(Scenario.Channel);
        var subscriber = publisher.GetSubscriber();
        var clock = Stopwatch.StartNew();
        var count = 0;
        for (; clock.Elapsed < time; count++)
        {
            var due = TimeSpan.FromSeconds(count / scenario.Rate) - clock.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due);
            await subscriber.PublishAsync(channel, scenario.Message(Swarm.NowMicroseconds, count), CommandFlags.FireAndForget);
        }

        return count;
    }
}
