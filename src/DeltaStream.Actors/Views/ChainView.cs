using System.Text.Json;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Views;

/// <summary>
/// One chain that views use: its documents in the node's order, the centre, the row versions, and the frames made of the newest
/// document. Thread-safe. A document is parsed by the first client that needs it.
/// </summary>
internal sealed class ChainView(ConflationKey key)
{
    // Bytes of the chain for each record of a version, which takes 32.
    private const int BytesPerRecord = 128;
    private const int LeastRecords = 64;
    private const int MostRecords = 1024;

    // More names than this mean that the chain's members have names like values. Then all is forgotten now and then.
    private const int MostNames = 4096;

    // Documents that wait for the centre. More can wait only while a thread is held up with the lock taken.
    private const int MostHeard = 16;

    private readonly byte[] _chain = ChainMembers(key);
    private readonly Lock _hearing = new();
    private readonly List<MarketUpdate> _heard = [];
    private readonly Lock _lock = new();
    private readonly Dictionary<ViewShape, ShapeFrames> _frames = [];
    private ChainParser _parser = new();
    private RowVersions _versions = new();
    private ViewRecords? _records;
    private ChainCentre _centre;
    private ChainDocument? _spare;
    private ChainDocument? _document;
    private MarketUpdate? _update;
    private double? _strike;
    private int _step;
    private long _lastHeard;
    private bool _isLastUnused;

    /// <summary>When the chain was found to be used by no view, in microseconds since the Unix epoch; 0 while one uses it.</summary>
    public long UnusedSince { get; set; }

    /// <summary>The node has recorded a newer document. The caller does this in the node's order, and must not wait.</summary>
    /// <param name="update">The document.</param>
    /// <param name="isUsed">True if a view uses the chain: then the centre moves by each document, looked at or not.</param>
    public void Hear(MarketUpdate update, bool isUsed)
    {
        lock (_hearing)
        {
            if (update.Serial <= _lastHeard) return;
            _lastHeard = update.Serial;
            // What came while no view used the chain is forgotten with the next document.
            if (_isLastUnused && _heard.Count > 0 && !isUsed) _heard.RemoveAt(_heard.Count - 1);
            else if (_heard.Count == MostHeard) _heard.RemoveAt(0);
            _heard.Add(update);
            _isLastUnused = !isUsed;
        }
    }

    /// <summary>Moves the centre by the documents that were superseded before a client looked at them.</summary>
    public void Settle()
    {
        lock (_hearing)
        {
            if (_heard.Count < 2) return;
        }

        // A thread that has the lock does this itself.
        if (!_lock.TryEnter()) return;
        try
        {
            TakeSuperseded();
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>What a client is sent (<see cref="ChainViews.Encode"/>).</summary>
    public ViewEncoding Encode(ViewShape shape, ViewVersion? held, MarketUpdate update, IWireProtocol protocol, bool meta)
    {
        Hear(update, isUsed: true);
        lock (_lock)
        {
            Look();
            var frames = FramesOf(shape);
            if (!shape.IsDelta) return Made(frames.Whole, EncodingKind.Full, SnapshotReason.None);
            if (held is null) return Snapshot(SnapshotReason.First);
            // A client in mode full has not been told its version.
            if (held.Shape is { } other && (!other.IsDelta || other.Reduction != shape.Reduction)) return Snapshot(SnapshotReason.View);
            if (held.Name == frames.Version.Name) return Nothing(frames.Version);
            if (Find(held, shape) is not { } known) return Snapshot(SnapshotReason.Forgotten);
            if (!known.IsOrdered || !_document!.IsOrdered) return known.Hash != 0 && known.Hash == frames.Version.Hash ? Nothing(frames.Renew(known)) : Snapshot(SnapshotReason.Unordered);
            if (known.Step < _versions.KnownSince) return Snapshot(SnapshotReason.Forgotten);
            var (delta, version, isSmaller) = frames.From(known, _versions);
            if (delta is null) return Nothing(version);
            return isSmaller ? Made(delta, EncodingKind.Delta, SnapshotReason.None) : Snapshot(SnapshotReason.Smaller);

            ViewEncoding Made(ViewFrames made, EncodingKind kind, SnapshotReason reason) =>
                new(made.Get(protocol, meta, _update!, frames.Version, out var isNew), frames.Version, kind, reason, _update!, isNew);

            ViewEncoding Snapshot(SnapshotReason reason) => Made(frames.Whole, EncodingKind.Snapshot, reason);

            ViewEncoding Nothing(ViewVersion version) => new(null, version, EncodingKind.Nothing, SnapshotReason.None, _update!, false);
        }
    }

    private static byte[] ChainMembers(ConflationKey key)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, ViewText.Options))
        {
            json.WriteStartObject();
            json.WriteString("product"u8, key.Symbol);
            json.WriteString("expiry"u8, key.Expiry);
            json.WriteEndObject();
        }

        return buffer.ToArray()[1..^1];
    }

    /// <summary>Takes the newest document.</summary>
    private void Look()
    {
        TakeSuperseded();
        MarketUpdate newest;
        lock (_hearing)
        {
            if (_heard.Count == 0) return;
            newest = _heard[^1];
            _heard.Clear();
        }

        if (_parser.Names.Count > MostNames) Reset();
        _frames.Clear();
        if (_document is null || newest.Hash != _update!.Hash)
        {
            var document = _spare ?? new();
            _spare = null;
            _parser.Read(newest.Payload, document);
            Replace(document);
        }

        _update = newest;
        _centre.Move(_document!.Spot, _document.Grid);
        _strike = _centre.Strike;
        // The same document with the same centre keeps its step, and so its version's place.
        _records ??= new(Math.Clamp(newest.Payload.Length / BytesPerRecord, LeastRecords, MostRecords));
        _records.Add(newest.Hash, _strike, _step, _document.IsOrdered);
    }

    private void Replace(ChainDocument document)
    {
        _step++;
        // An unordered document has no place in the history, which goes on from the ordered one before it.
        if (_document is { IsOrdered: false } unordered) _spare = unordered;
        _document = document;
        if (document.IsOrdered && _versions.Take(document, _step) is { } former) _spare = former;
        if (_spare is not null) _spare.Payload = default;
    }

    private void TakeSuperseded()
    {
        while (true)
        {
            MarketUpdate superseded;
            lock (_hearing)
            {
                if (_heard.Count < 2) return;
                superseded = _heard[0];
                _heard.RemoveAt(0);
            }

            var document = _spare ??= new();
            _parser.Read(superseded.Payload, document);
            _centre.Move(document.Spot, document.Grid);
            document.Payload = default;
        }
    }

    private void Reset()
    {
        (_parser, _versions, _records, _document, _spare) = (new(), new(), null, null, null);
    }

    private ShapeFrames FramesOf(ViewShape shape)
    {
        if (_frames.TryGetValue(shape, out var frames)) return frames;
        var centre = shape.Window is { FollowsSpot: true } ? _strike : null;
        var version = new ViewVersion(ViewRecords.NameOf(_update!.Hash, shape, centre))
        {
            Shape = shape, History = _versions, Step = _step, Centre = centre, IsOrdered = _document!.IsOrdered,
        };
        _frames.Add(shape, frames = new(_chain, new(shape, _parser.Names), _document, version));
        if (!version.IsOrdered && shape.IsDelta) version.Hash = frames.HashOf();
        return frames;
    }

    /// <summary>Finds a version that a client holds; null if it is not known here.</summary>
    private ViewVersion? Find(ViewVersion held, ViewShape shape) =>
        ReferenceEquals(held.History, _versions) && shape.Equals(held.Shape) ? held : _records!.Find(held.Name, shape, _versions);
}
