using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Views;

/// <summary>
/// The views of a node: which are in use, and the function that makes what their clients are sent. There is one per node, for all
/// threads. Nothing is kept for a client but its view and its version (docs/decisions/17-views-are-functions.md).
/// </summary>
internal sealed class ChainViews
{
    private readonly Lock _lock = new();
    private readonly Dictionary<View, (View Shared, int Count)> _views = [];
    private readonly Dictionary<ViewShape, (ViewShape Shared, int Count)> _shapes = [];
    // Clients with views of chains in a room; for all expiries, or for one.
    private readonly ConcurrentDictionary<(string Symbol, string? Expiry), int> _rooms = [];
    private readonly ConcurrentDictionary<ConflationKey, ChainView> _chains = [];

    /// <summary>
    /// How long a chain is kept after the last view of it was left, in microseconds. A client that subscribes again (have) within
    /// this time gets a delta.
    /// </summary>
    public long Linger { get; set; } = 30_000_000;

    /// <summary>The number of different shapes in use: what LIMIT_VIEWS counts.</summary>
    public int ShapesInUse
    {
        get { lock (_lock) return _shapes.Count; }
    }

    /// <summary>The number of chains of which anything is kept.</summary>
    public int Chains => _chains.Count;

    /// <summary>True if a client uses the shape, or will.</summary>
    public bool IsInUse(ViewShape shape)
    {
        lock (_lock) return _shapes.ContainsKey(shape);
    }

    /// <summary>A client will use a shape once its room is joined. Until then it counts as in use, so that clients who ask at once do not pass the limit.</summary>
    /// <param name="shape">The shape; one that is made (<see cref="ViewShape.IsMade"/>).</param>
    /// <param name="most">A further shape is refused if so many are in use.</param>
    /// <returns>False if it is refused. Otherwise <see cref="EndReservation"/> must follow.</returns>
    public bool TryReserve(ViewShape shape, int most)
    {
        lock (_lock)
        {
            if (_shapes.Count >= most && !_shapes.ContainsKey(shape)) return false;
            UseShape(shape);
            return true;
        }
    }

    /// <summary>The client uses the shape now, or no longer wants it.</summary>
    public void EndReservation(ViewShape shape)
    {
        lock (_lock) ReleaseShape(shape);
    }

    /// <summary>A client begins to use a view in a room.</summary>
    /// <returns>The view's one object, which clients with equal views share. <see cref="Release"/> takes it or an equal one.</returns>
    public View Use(Room room, View view)
    {
        lock (_lock)
        {
            ref var used = ref CollectionsMarshal.GetValueRefOrAddDefault(_views, view, out var isUsed);
            if (!isUsed)
            {
                if (view.Shape.IsMade) view = view with { Shape = UseShape(view.Shape) };
                used.Shared = view;
            }

            used.Count++;
            if (view.Shape.IsMade) Count(room, 1);
            return used.Shared;
        }
    }

    /// <summary>A client no longer uses a view in a room.</summary>
    public void Release(Room room, View view)
    {
        lock (_lock)
        {
            ref var used = ref CollectionsMarshal.GetValueRefOrNullRef(_views, view);
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref used)) return;
            if (view.Shape.IsMade) Count(room, -1);
            if (--used.Count > 0) return;
            _views.Remove(view);
            if (view.Shape.IsMade) ReleaseShape(view.Shape);
        }
    }

    /// <summary>The node has recorded a newer chain. Called in the node's order; does not wait, and costs nothing if no view uses the chain.</summary>
    public void Hear(MarketUpdate update)
    {
        if ((_rooms.IsEmpty && _chains.IsEmpty) || update.Event != MarketEvent.ChainUpdate) return;
        if (IsUsed(update.Key)) ChainOf(update.Key).Hear(update, isUsed: true);
        else if (_chains.TryGetValue(update.Key, out var unused)) unused.Hear(update, isUsed: false);
    }

    /// <summary>
    /// After <see cref="Hear"/>, without the node's lock: reads the spot of a document that nobody looked at and that has been
    /// superseded.
    /// </summary>
    public void Settle(ConflationKey key)
    {
        if (!_chains.IsEmpty && _chains.TryGetValue(key, out var chain)) chain.Settle();
    }

    /// <summary>What a client is sent of a chain: a frame, shared by all clients with the same shape, version, protocol and meta.</summary>
    /// <param name="shape">The client's shape; one that is made (<see cref="ViewShape.IsMade"/>).</param>
    /// <param name="held">The version that the client holds; null if it has none. Not used in mode full.</param>
    /// <param name="update">The update that the client is owed. It gets the newest document that the node has, which may be newer.</param>
    /// <param name="protocol">The client's protocol.</param>
    /// <param name="meta">True: with the time of receipt.</param>
    public ViewEncoding Encode(ViewShape shape, ViewVersion? held, MarketUpdate update, IWireProtocol protocol, bool meta) =>
        ChainOf(update.Key).Encode(shape, held, update, protocol, meta);

    /// <summary>Forgets chains that no view has used for a while (<see cref="Linger"/>).</summary>
    /// <param name="unixNow">Microseconds since the Unix epoch.</param>
    public void Sweep(long unixNow)
    {
        foreach (var (key, chain) in _chains)
        {
            if (IsUsed(key)) chain.UnusedSince = 0;
            else if (chain.UnusedSince == 0) chain.UnusedSince = unixNow;
            else if (unixNow - chain.UnusedSince >= Linger) _chains.TryRemove(key, out _);
        }
    }

    private bool IsUsed(ConflationKey key) => _rooms.ContainsKey((key.Symbol, null)) || _rooms.ContainsKey((key.Symbol, key.Expiry));

    private ChainView ChainOf(ConflationKey key) => _chains.TryGetValue(key, out var chain) ? chain : _chains.GetOrAdd(key, static it => new(it));

    private ViewShape UseShape(ViewShape shape)
    {
        ref var used = ref CollectionsMarshal.GetValueRefOrAddDefault(_shapes, shape, out _);
        used.Shared ??= shape;
        used.Count++;
        return used.Shared;
    }

    private void ReleaseShape(ViewShape shape)
    {
        ref var used = ref CollectionsMarshal.GetValueRefOrNullRef(_shapes, shape);
        if (--used.Count == 0) _shapes.Remove(shape);
    }

    private void Count(Room room, int change)
    {
        var name = (room.Symbol!, room.Expiry);
        var count = _rooms.GetValueOrDefault(name) + change;
        if (count > 0) _rooms[name] = count;
        else _rooms.TryRemove(name, out _);
    }
}
