using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Tests.Clients;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>
/// Clients with views on two nodes, step by step. After each event a client's copy must be the reduced document, token for token.
/// </summary>
internal sealed class ViewSchedule
{
    private const int Clients = 3;

    private static readonly ConflationKey Key = ConflationKey.Chain("X", "2026-11-26");
    private static readonly Room Room = Room.Chain("X", "2026-11-26");

    private readonly TextProtocol _protocol = new(0);
    private readonly Node[] _nodes = [new(), new()];
    private readonly Client[] _clients;
    private readonly RandomChain _chain;
    private readonly List<string> _log = [];
    private string _text = "";
    private JsonElement _document;
    private int _published;

    private ViewSchedule(int seed)
    {
        var random = new Random(seed);
        _chain = new(random);
        _clients = [.. Enumerable.Range(0, Clients).Select(it => new Client { View = RandomView.Of(random), Node = random.Next(4) == 0 ? _nodes[1] : _nodes[0] })];
        foreach (var client in _clients) client.Node.Views.Use(Room, client.View);
        Publish(random);
    }

    /// <summary>One thing that happens.</summary>
    /// <param name="Kind">What.</param>
    /// <param name="Who">The client or node.</param>
    /// <param name="Seed">From which its details come.</param>
    internal readonly record struct Step(StepKind Kind, int Who, int Seed);

    internal enum StepKind
    {
        Publish,
        Deliver,
        SubscribeWithHave,
        SubscribeAnew,
        Move,
        Restart,
        ChangeView,
        RepeatByAnotherPublisher,
    }

    /// <summary>The steps of a seed. A client that is slow, rated or paused is one to which nothing is delivered for a while.</summary>
    public static Step[] StepsOf(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 6 + random.Next(14)).Select(_ => new Step(KindOf(random.Next(40)), random.Next(Clients), random.Next()))];

        static StepKind KindOf(int number) => number switch
        {
            < 15 => StepKind.Publish,
            < 32 => StepKind.Deliver,
            < 34 => StepKind.SubscribeWithHave,
            34 => StepKind.SubscribeAnew,
            < 37 => StepKind.Move,
            37 => StepKind.Restart,
            38 => StepKind.ChangeView,
            _ => StepKind.RepeatByAnotherPublisher,
        };
    }

    /// <summary>Runs steps.</summary>
    /// <returns>Null, or what was wrong, with all that happened.</returns>
    public static string? Run(int seed, IReadOnlyList<Step> steps)
    {
        var schedule = new ViewSchedule(seed);
        foreach (var step in steps)
        {
            if (schedule.Do(step) is { } wrong) return $"{wrong}\n{string.Join('\n', schedule._log)}";
        }

        // In the end everybody has the newest.
        foreach (var client in schedule._clients)
        {
            if (schedule.Deliver(client) is { } wrong) return $"{wrong}\n{string.Join('\n', schedule._log)}";
        }

        return null;
    }

    private string? Do(Step step)
    {
        var client = _clients[step.Who];
        var random = new Random(step.Seed);
        switch (step.Kind)
        {
            case StepKind.Publish:
                _chain.Change(random);
                Publish(random);
                return null;
            case StepKind.RepeatByAnotherPublisher:
                foreach (var node in _nodes) node.Hear(UpdateOf(_text, node), _document, IsUsed(node));
                return null;
            case StepKind.Deliver:
                return Deliver(client);
            case StepKind.SubscribeWithHave:
                client.Held = client.Copy.Version is { } version ? ViewVersion.Parse(version) : null;
                return Deliver(client);
            case StepKind.SubscribeAnew:
                client.Forget();
                return Deliver(client);
            case StepKind.ChangeView:
                client.Node.Views.Release(Room, client.View);
                client.View = client.Node.Views.Use(Room, RandomView.Of(random));
                if (client.Held is { Shape: null }) client.Forget();
                client.Seen = null;
                return Deliver(client);
            case StepKind.Move:
                Move(client, client.Node == _nodes[0] ? _nodes[1] : _nodes[0]);
                return null;
            default:
                Restart(step.Who % 2);
                return null;
        }
    }

    private void Publish(Random random)
    {
        _text = _chain.Text(random);
        using var parsed = JsonDocument.Parse(_text);
        _document = parsed.RootElement.Clone();
        _published++;
        _log.Add($"published {_published}: {_text}");
        foreach (var node in _nodes) node.Hear(UpdateOf(_text, node), _document, IsUsed(node));
    }

    private bool IsUsed(Node node) => _clients.Any(it => it.Node == node);

    private void Move(Client client, Node to)
    {
        client.Node.Views.Release(Room, client.View);
        client.Node = to;
        client.View = to.Views.Use(Room, client.View);
        client.Held = client.Copy.Version is { } version ? ViewVersion.Parse(version) : null;
        client.Seen = null;
    }

    private void Restart(int number)
    {
        var (old, node) = (_nodes[number], new Node());
        _nodes[number] = node;
        foreach (var client in _clients.Where(it => it.Node == old)) Move(client, node);
        // It reads the newest value from the store.
        node.Newest = UpdateOf(_text, node);
    }

    private static MarketUpdate UpdateOf(string text, Node node)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new MarketUpdate(MarketEvent.ChainUpdate, Key, new(1, ++node.Serial), bytes, XxHash3.HashToUInt64(bytes), 1_700_000_000_123_456).Stamp(node.Serial, new());
    }

    private string? Deliver(Client client)
    {
        var (node, shape) = (client.Node, client.View.Shape);
        var wasSeen = client.Seen is { } seen && seen == node.Looked;
        node.Look(_document, _published);
        var made = node.Views.Encode(shape, shape.IsDelta ? client.Held : null, node.Newest!, _protocol, client.View.Meta);
        _log.Add($"client {Array.IndexOf(_clients, client)} {shape} on {Array.IndexOf(_nodes, node)}: {made.Kind} {made.Reason} {(made.Frame is null ? "" : Encoding.UTF8.GetString(made.Frame.Bytes.Span))}");
        var expected = ReducedModel.Of(_document, shape, node.Centre.Centre);
        // White space and the order of a row's members are free, so a document without deltas may be sent again where rows are as published.
        var isKept = client.WasOrdered == ReducedModel.IsOrdered(_document) && (client.WasOrdered || (shape.Fields is not null && client.Held?.Shape is not null));
        if (wasSeen && isKept && shape.IsDelta && expected == client.Copy.ToString() && made.Kind != EncodingKind.Nothing) return "something is sent although nothing changed in the view";
        if (made.Reason == SnapshotReason.Forgotten && client.Names is { } names && node.Known.Contains(names)) return "a snapshot to a client whose version the node knows";
        if (Take(client, made) is { } wrong) return wrong;
        if (shape.IsDelta && made.Version.Text != client.Copy.Version) return $"the client has version {client.Copy.Version}, not {made.Version.Text}";
        if (client.Copy.ToString() != expected) return $"the client has\n{client.Copy}\nand not\n{expected}";
        if (made.Kind == EncodingKind.Delta && made.Frame!.Bytes.Length >= node.Views.Encode(shape, null, node.Newest!, _protocol, client.View.Meta).Frame!.Bytes.Length) return "a delta that is not smaller than the snapshot";
        if (made.Kind != EncodingKind.Nothing) client.Names = node.NameOf(_published);
        (client.Held, client.Seen, client.WasOrdered) = (made.Version, node.Looked, ReducedModel.IsOrdered(_document));
        return null;
    }

    private static string? Take(Client client, ViewEncoding made)
    {
        if (made.Frame is null) return made.Kind == EncodingKind.Nothing ? null : "no frame";
        var text = made.Frame.Bytes.Span;
        var blank = text.IndexOf((byte)' ');
        var reader = new Utf8JsonReader(text[(blank + 1)..], isFinalBlock: false, default);
        using var data = JsonDocument.ParseValue(ref reader);
        return client.Copy.Apply(Encoding.UTF8.GetString(text[..blank]), data.RootElement);
    }

    private sealed class Node
    {
        private JsonElement? _unheard;
        private bool _isFollowed;
        private bool _wasUsed;

        public ChainViews Views { get; } = new();

        public CentreModel Centre { get; } = new();

        /// <summary>The documents that a client looked at, with the centre then.</summary>
        public HashSet<string> Known { get; } = [];

        public MarketUpdate? Newest { get; set; }

        public int? Looked { get; private set; }

        public long Serial { get; set; }

        public void Hear(MarketUpdate update, JsonElement document, bool isUsed)
        {
            Newest = update;
            Views.Hear(update);
            Views.Settle(Key);
            // A chain that no view has used yet is not followed.
            if (!isUsed && !_isFollowed) return;
            if (isUsed || _wasUsed) Move();
            (_isFollowed, _wasUsed) = (true, isUsed);
            _unheard = document;
        }

        public void Look(JsonElement document, int number)
        {
            _isFollowed = true;
            _unheard = document;
            Move();
            Looked = number;
            Known.Add(NameOf(number));
        }

        public string NameOf(int number) => $"{number} {Centre.Centre}";

        private void Move()
        {
            if (_unheard is { } last) Centre.Move(last);
            _unheard = null;
        }
    }

    private sealed class Client
    {
        public required View View { get; set; }

        public required Node Node { get; set; }

        public ReducedCopy Copy { get; private set; } = new();

        public ViewVersion? Held { get; set; }

        /// <summary>The document that the client last got or was found to have.</summary>
        public int? Seen { get; set; }

        /// <summary>False if that document has no deltas.</summary>
        public bool WasOrdered { get; set; }

        /// <summary>The document and centre that its version names.</summary>
        public string? Names { get; set; }

        public void Forget() => (Copy, Held, Seen, Names) = (new(), null, null, null);
    }
}
