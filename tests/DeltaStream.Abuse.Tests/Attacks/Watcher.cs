using System.Globalization;
using System.Text;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>A client of <c>/ws</c> that has left <c>general</c>, asks for views, and has a product of its own to publish chains of.</summary>
public sealed class Watcher : IAsyncDisposable
{
    private static int _products;

    private readonly AbusedNode _abused;
    private readonly TestClient _client;
    private readonly string _product = $"VIEWED-{Interlocked.Increment(ref _products)}";
    private int _questions;

    private Watcher(AbusedNode abused, TestClient client) => (_abused, _client) = (abused, client);

    /// <summary>How many subscriptions were granted.</summary>
    public int Granted => _client.Of("subscribed").Count;

    /// <summary>How many were refused.</summary>
    public int Refused => Refusals.Count;

    /// <summary>The codes with which subscriptions were refused.</summary>
    public IReadOnlyList<string?> Refusals =>
        [.. _client.Of("error").Where(error => error.Data.GetProperty("event").GetString() == "subscribe").Select(error => error.Data.GetProperty("code").GetString())];

    /// <summary>What came of chains.</summary>
    public IReadOnlyList<ReceivedEvent> Chains => [.. _client.Events.Where(e => e.Name is "chain_update" or "chain_snapshot" or "chain_delta")];

    public bool IsClosed => _client.IsClosed;

    public static async Task<Watcher> ComeAsync(AbusedNode abused)
    {
        var client = await TestClient.OpenAsync(abused.Node, "/ws");
        await client.ExpectAsync("connected");
        await client.SendAsync("""{"event":"unsubscribe","data":{"type":"general"}}""");
        await client.ExpectAsync("unsubscribed");
        return new(abused, client);
    }

    public static async Task<Crowd> CrowdAsync(AbusedNode abused, int count)
    {
        var crowd = new Crowd();
        for (var i = 0; i < count; i++) crowd.Add(await ComeAsync(abused));
        return crowd;
    }

    public static string Expiry(int number) => $"20{30 + number}-01-31";

    /// <summary>A room of a chain of this client's product with view fields, as a request names it.</summary>
    public string Room(int number, string view) => $$"""{"type":"chain","symbol":"{{_product}}","expiry":"{{Expiry(number)}}",{{view}}}""";

    public Task AskAsync(string name, string? data = null) => _client.SendAsync($$"""{"event":"{{name}}"{{(data is null ? "" : ",\"data\":" + data)}}}""");

    public Task SubscribeAsync(string view, Watcher? publisher = null) => AskAsync("subscribe", (publisher ?? this).Room(0, view));

    /// <summary>Waits until all that the client has asked for is answered: a question that is answered last.</summary>
    public async Task AnswersAsync()
    {
        var id = ++_questions;
        await _client.SendAsync($$$"""{"event":"unsubscribe","data":{"type":"product","symbol":"LAST-{{{id}}}"}}""");
        await _client.ExpectAsync("unsubscribed", e => e.Data.GetProperty("room").GetString() == $"product:LAST-{id}", TimeSpan.FromSeconds(60));
    }

    public Task SyncedAsync(int times = 1) => Eventually.True(() => _client.Of("synced").Count == times, $"synced, {times} times", TimeSpan.FromSeconds(60));

    /// <summary>Waits until the client has a document with this number.</summary>
    /// <param name="n">The number.</param>
    /// <param name="publisher">Whose chain it is; null: its own.</param>
    public async Task GetsAsync(int n, Watcher? publisher = null)
    {
        var product = (publisher ?? this)._product;
        await Eventually.True(() => Chains.Any(chain => chain.Data.GetProperty("product").GetString() == product && NumberOf(chain) == n), $"document {n} of {product}", TimeSpan.FromSeconds(60));
    }

    /// <summary>Publishes a chain with so many strikes on each side.</summary>
    /// <param name="strikes">The strikes: 1, 2, 3 and so on.</param>
    /// <param name="n">The document's number.</param>
    /// <param name="spot">The spot; null: in the middle.</param>
    /// <param name="isShort">True: a row has a strike and one price, in as few bytes as there may be.</param>
    public Task PublishAsync(int strikes, int n, int? spot = null, bool isShort = false)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""{"product":"{{_product}}","expiry":"{{Expiry(0)}}","spot_price":{{spot ?? strikes / 2}},"n":{{n}},""");
        text.Append("\"calls\":[").AppendJoin(',', Rows()).Append("],\"puts\":[").AppendJoin(',', Rows()).Append("]}");
        return _abused.Redis.ExecuteAsync("PUBLISH", "enriched:option_chain", text.ToString());

        IEnumerable<string> Rows() => Enumerable.Range(1, strikes).Select(strike =>
            isShort ? $$"""{"strike":{{strike}},"last":{{n}}}""" : $$"""{"strike":{{strike}}.0,"last":{{n}}.5,"bid":{{n}}.25}""");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static int? NumberOf(ReceivedEvent chain)
    {
        var data = chain.Data;
        if (chain.Name == "chain_snapshot") data = data.GetProperty("chain");
        else if (chain.Name == "chain_delta" && !data.TryGetProperty("set", out data)) return null;
        return data.TryGetProperty("n", out var n) ? n.GetInt32() : null;
    }

    /// <summary>Several, who leave together.</summary>
    public sealed class Crowd : List<Watcher>, IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var watcher in this) await watcher.DisposeAsync();
        }
    }
}
