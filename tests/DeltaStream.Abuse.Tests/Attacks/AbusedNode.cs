using System.Diagnostics.Tracing;
using System.Text.Json;
using Microsoft.Diagnostics.NETCore.Client;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>What a node holds when nobody is there.</summary>
/// <param name="HeapBytes">The managed heap after a full collection, without the buffers of the next parameter.</param>
/// <param name="PoolBytes">Buffers that the web server keeps for the next connections, and gives back over minutes.</param>
/// <param name="Sessions">Sessions of transports.</param>
/// <param name="Clients">ClientActors: one counts until it has stopped, whatever has become of its connection.</param>
/// <param name="Rooms">Rooms, each a topic of this node.</param>
public sealed record Held(double HeapBytes, double PoolBytes, double Sessions, double Clients, double Rooms);

/// <summary>The node that is attacked: one for all attacks, warm before the first, so that each finds what the one before has left.</summary>
public class AbusedNode : IAsyncLifetime
{
    /// <summary>Few views, so that they can be taken up.</summary>
    public const int Views = 1_000;

    // The runtime's keyword that makes it collect everything when a session with it starts.
    private const long CollectHeap = 0x800000;

    private const string Collections = "dotnet_collection_count_total";

    // Topics that nobody listens to and row versions that nobody uses are forgotten sooner, so that a test need not wait for it.
    private readonly HoconFile _hocon = HoconFile.Beside(
        "akka.cluster.pub-sub.removed-time-to-live = 2s\ndeltastream.cache.linger = 1s\ndeltastream.clients.views-linger = 1s\ndeltastream.transports { ping-interval = 4s, ping-timeout = 8s }");
    private readonly (string, string?)[] _limits;

    public AbusedNode()
        : this([])
    {
    }

    protected AbusedNode(params (string, string?)[] limits) => _limits = limits;

    public NodeProcess Node { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    /// <summary>What it held before the first attack, with the tables that long ones have made larger since.</summary>
    public Held Baseline { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Redis = await RedisServer.StartAsync();
        Node = await NodeProcess.Start(
        [
            ("REDIS_URL", Redis.Url), _hocon.Variable, ("CORS_ORIGINS", "*"), ("LIMIT_HANDSHAKE_SECONDS", "2"),
            // The storms are to reach what lies behind this limit.
            ("LIMIT_MESSAGES_PER_SECOND", "1000000"), ("LIMIT_JOINS_PER_SECOND", "1000000"), ("LIMIT_VIEWS", $"{Views}"), .. _limits,
        ]).ReadyAsync();
        await Eventually.True(async () => await Node.HealthAsync("status") == "healthy", "the node is healthy");
        await WarmUpAsync();
        Baseline = await SettledAsync();
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        await Redis.DisposeAsync();
        _hocon.Dispose();
    }

    /// <summary>What it holds now, after a full collection.</summary>
    public async Task<Held> HeldAsync()
    {
        await CollectAsync();
        var pool = await Node.MetricAsync("deltastream_buffer_pool_bytes");
        return new Held(
            await Node.MetricAsync("dotnet_total_memory_bytes") - pool, pool, await Node.MetricAsync("deltastream_sessions"),
            await ClientsAsync(), await Node.MetricAsync("deltastream_rooms"));
    }

    /// <summary>What it holds once everybody has left.</summary>
    public async Task<Held> ForgottenAsync()
    {
        // The mediator forgets topics that are gone when the next one comes.
        await using (var passer = await TestClient.ConnectAsync(Node)) await passer.SubscribeAsync("product", "LAST");
        await EmptyAsync();
        return await HeldAsync();
    }

    /// <summary>What it holds once everybody has left and nothing more is forgotten.</summary>
    public async Task<Held> SettledAsync()
    {
        Held last = await ForgottenAsync(), held = last;
        await Eventually.True(async () =>
        {
            (last, held) = (held, await ForgottenAsync());
            return Math.Abs(last.HeapBytes - held.HeapBytes) < 0.1e6;
        }, "the heap settles", TimeSpan.FromSeconds(60));
        return held;
    }

    /// <summary>
    /// After a long attack: tables stay as large as it made them, and the next attack finds them so. (That it leaves no more behind each
    /// time that it is made, it has shown itself.)
    /// </summary>
    public void HasGrownTo(Held held) => Baseline = held;

    /// <summary>Lines that say that something went wrong inside: an exception, an error, an actor that restarted.</summary>
    public IReadOnlyList<string> Complaints() => Node.Lines.Where(IsComplaint).ToArray();

    private static bool IsComplaint(string line)
    {
        // A line that is no JSON was not written by the log: something else speaks, or somebody speaks through it.
        if (!line.StartsWith('{')) return true;
        using var document = JsonDocument.Parse(line);
        var level = document.RootElement.TryGetProperty("@l", out var found) ? found.GetString() : null;
        return document.RootElement.TryGetProperty("@x", out _) || level is "Error" or "Fatal"
            || (document.RootElement.TryGetProperty("event", out var name) && name.GetString() is "subscriptions_lost" or "bridge_subscriptions_lost");
    }

    private async Task CollectAsync()
    {
        var before = await Node.MetricAsync(Collections, "generation=\"2\"");
        var client = new DiagnosticsClient(Node.Id);
        using var session = client.StartEventPipeSession(
            new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectHeap), requestRundown: false);
        var events = session.EventStream.CopyToAsync(Stream.Null);
        await Eventually.True(async () => await Node.MetricAsync(Collections, "generation=\"2\"") > before, "a full collection");
        await session.StopAsync(default);
        await events;
    }

    /// <summary>Every way in once, many times over, so that pools and caches have their size.</summary>
    private async Task WarmUpAsync()
    {
        await using (var neighbours = await Neighbours.StartAsync(this))
        {
            for (var round = 0; round < 3; round++)
            {
                await using var visitor = new Visitor(Node.Port);
                await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
                {
                    await visitor.OpenWebSocketAsync("/ws");
                    var (_, sid) = await visitor.OpenPollingAsync();
                    await visitor.PostAsync(sid, "40\u001e42[\"subscribe\",{\"type\":\"product\",\"symbol\":\"N0\"}]");
                }));
                for (var i = 0; i < 100; i++)
                {
                    using var raw = await RawConnection.OpenWebSocketAsync(Node.Port, TestClient.SocketIo);
                    await raw.SendAsync(Frames.Text("40"));
                    raw.DrainAvailable();
                }
            }
            await neighbours.VerifyAsync();
        }
        await EmptyAsync();
    }

    private async Task<double> ClientsAsync() => (await Node.HealthAsync()).GetProperty("clients").GetDouble();

    /// <summary>Waits until everybody has left and is forgotten.</summary>
    public Task EmptyAsync() => Eventually.True(
        async () => await Node.MetricAsync("deltastream_sessions") == 0 && await Node.MetricAsync("deltastream_connections") == 0 && await ClientsAsync() == 0
            && await Node.MetricAsync("deltastream_rooms") <= 1,
        "everybody has left", TimeSpan.FromSeconds(60));
}
