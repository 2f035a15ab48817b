namespace DeltaStream.Cluster.Tests;

/// <summary>A steady producer and a client on each node, each of which checks what it gets.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SteadyProducer _producer;
    private readonly string[] _products;
    private readonly List<(NodeProcess Node, TestClient Client)> _members = [];

    private Crowd(SteadyProducer producer, string[] products) => (_producer, _products) = (producer, products);

    public IEnumerable<TestClient> Clients => _members.Select(member => member.Client);

    /// <summary>Connects a client to each node, and waits until all of them come.</summary>
    public static async Task<Crowd> GatherAsync(RedisServer redis, TimeSpan pace, string[] products, params NodeProcess[] nodes)
    {
        var crowd = new Crowd(new SteadyProducer(redis, pace, products), products);
        foreach (var node in nodes) await crowd.AddAsync(node);
        await crowd.FlowsAsync("at the beginning");
        return crowd;
    }

    /// <summary>Waits until every client, or every client of these nodes, gets values that were published after this call.</summary>
    /// <param name="when">For the message.</param>
    /// <param name="of">Of which nodes; null: of all.</param>
    /// <param name="times">The how many-th value after this call is waited for.</param>
    public async Task FlowsAsync(string when, Func<NodeProcess, bool>? of = null, int times = 1)
    {
        var since = _products.ToDictionary(product => product, _producer.Last);
        var members = _members.Where(member => of?.Invoke(member.Node) ?? true).ToArray();
        await Eventually.True(() => members.All(member => _products.All(product => member.Client.NewestOf(product) >= since[product] + times)),
            $"updates flow {when}", Patience);
        Check();
    }

    /// <summary>A node has ended and runs again: its client is a new one, too.</summary>
    public async Task ReplaceAsync(NodeProcess ended, IEnumerable<NodeProcess> nodes)
    {
        Check();
        foreach (var gone in _members.Where(member => member.Node == ended).ToArray())
        {
            _members.Remove(gone);
            await gone.Client.DisposeAsync();
        }

        foreach (var node in nodes.Except(_members.Select(member => member.Node)).ToArray()) await AddAsync(node);
    }

    /// <summary>Ends the producer; the last value of each product must arrive at every client, with no copy too many on the way.</summary>
    public async Task EndAsync()
    {
        await _producer.StopAsync();
        await Eventually.True(() => _members.All(member => _products.All(product => member.Client.NewestOf(product) == _producer.Last(product))),
            "the last values arrive", Patience);
        Check();
        Assert.All(_members, member => Assert.False(member.Client.IsClosed));
    }

    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        foreach (var (_, client) in _members) await client.DisposeAsync();
    }

    private async Task AddAsync(NodeProcess node)
    {
        var client = await TestClient.ConnectAsync(node);
        _members.Add((node, client));
    }

    private void Check()
    {
        foreach (var (_, client) in _members)
            foreach (var product in _products) client.AssertNoneTwiceNoneOlder(product);
    }
}
