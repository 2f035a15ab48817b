using System.Diagnostics.Metrics;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Telemetry;

/// <summary>Every instrument of the clients' side, and every tag name. Safe to use from any thread.</summary>
public sealed class GatewayMetrics : IDisposable
{
    /// <summary>The meter of all instruments of the gateway.</summary>
    public const string MeterName = BridgeMetrics.MeterName;

    /// <summary>The tag <c>transport</c>: <c>websocket</c>, <c>polling</c> or <c>ws</c>.</summary>
    public const string TransportTag = "transport";

    public const string ReasonTag = "reason";

    /// <summary>The tag <c>word</c>: Redis's word for the cause of a refusal, from a closed list.</summary>
    public const string WordTag = "word";

    /// <summary>The tag <c>protocol</c>: the slot of a wire protocol.</summary>
    public const string ProtocolTag = "protocol";

    /// <summary>Why the node refuses a connection, a request or a poll before it belongs to a client.</summary>
    public static readonly IReadOnlyList<string> RefusedConnectionReasons =
    [
        "draining", "starting", "connections", "address", "polls", "origin", "silent", "tls_timeout", "tls", "head_timeout", "head_too_large", "malformed",
        "body_too_large", "body_timeout", "no_connect",
    ];

    /// <summary>The tag <c>kind</c>: what is sent of a chain in a view.</summary>
    public const string KindTag = "kind";

    /// <summary>What is sent of a chain in a view, in the order of <see cref="EncodingKind"/>.</summary>
    public static readonly IReadOnlyList<string> ViewKinds = ["full", "snapshot", "delta"];

    /// <summary>Why a snapshot is sent in a view in the place of a delta, in the order of <see cref="SnapshotReason"/>.</summary>
    public static readonly IReadOnlyList<string> SnapshotReasons = ["first", "smaller", "forgotten", "unordered", "view"];

    private static readonly InstrumentAdvice<double> Buckets = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] };

    private readonly Meter _meter;
    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _conflated;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _refusedConnections;
    private readonly Counter<long> _movedAddresses;
    private readonly Counter<long> _refusedTokens;
    private readonly Counter<long> _redisRefusals;
    private readonly Counter<long> _relayedBytes;
    private readonly Counter<long> _encodes;
    private readonly Counter<long> _closes;
    private readonly Counter<long> _slowConsumers;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _viewBytes;
    private readonly Counter<long> _viewEncodes;
    private readonly Counter<long> _viewSnapshots;
    private readonly Histogram<double> _deltaLatency;

    public GatewayMetrics()
    {
        // The scope distinguishes the instruments of two nodes in one process.
        _meter = new(new MeterOptions(MeterName) { Scope = this });
        _connections = _meter.CreateUpDownCounter<int>("connections", description: "Connected clients by transport");
        _delivered = _meter.CreateCounter<long>("delivered", description: "Updates handed to a client's transport");
        _conflated = _meter.CreateCounter<long>("conflated", description: "Updates superseded before a client could take them");
        _dropped = _meter.CreateCounter<long>("dropped", description: "Updates not sent, by reason");
        _refused = _meter.CreateCounter<long>("refused", description: "Client requests refused, by reason");
        _refusedConnections = _meter.CreateCounter<long>("refused_connections", description: "Connections, requests and polls refused, by reason");
        _movedAddresses = _meter.CreateCounter<long>("sessions_moved_address", description: "Times a session was used from another address than before");
        _refusedTokens = _meter.CreateCounter<long>("refused_tokens", description: "Tokens refused, by reason");
        _redisRefusals = _meter.CreateCounter<long>("redis_refusals", description: "Commands that Redis refused, by Redis's word for the cause");
        _relayedBytes = _meter.CreateCounter<long>("relayed_bytes", description: "Bytes sent to other nodes for sessions that are not, or no longer, where their client is");
        _encodes = _meter.CreateCounter<long>("encodes", description: "Frames made of updates, by wire protocol");
        _closes = _meter.CreateCounter<long>("closes", description: "Connections ended, by reason");
        _slowConsumers = _meter.CreateCounter<long>("slow_consumers", description: "Clients closed because they did not read");
        _latency = _meter.CreateHistogram<double>(
            "delivery_latency_seconds", "s", "From receipt from Redis to the hand-over of an update to a client's socket, once a write; values of snapshots do not count",
            advice: Buckets);
        _viewBytes = _meter.CreateCounter<long>("view_bytes", "By", "Bytes of chains sent in views, by kind");
        _viewEncodes = _meter.CreateCounter<long>("view_encodes", description: "Frames made of chains for views, by kind; clients with equal views share them");
        _viewSnapshots = _meter.CreateCounter<long>("view_snapshots", description: "Snapshots sent in the place of deltas, by reason");
        _deltaLatency = _meter.CreateHistogram<double>("delta_latency_seconds", "s", "From receipt from Redis to the hand-over of a delta to a client's socket", advice: Buckets);
    }

    /// <summary>Exports every counter as 0 from the start. An alarm can't watch a counter that does not exist yet.</summary>
    /// <param name="refusals">The error codes of refused requests.</param>
    /// <param name="ends">The reasons why a client's connection ends.</param>
    /// <param name="protocols">The slots of the wire protocols that the node speaks.</param>
    public void ShowAll(IEnumerable<string> refusals, IEnumerable<string> ends, params ReadOnlySpan<int> protocols)
    {
        foreach (var counter in new[] { _delivered, _conflated, _slowConsumers, _movedAddresses, _relayedBytes }) counter.Add(0);
        Count(_dropped, "unsubscribed");
        foreach (var reason in RefusedConnectionReasons) Count(_refusedConnections, reason);
        foreach (var reason in SnapshotReasons) Count(_viewSnapshots, reason);
        foreach (var counter in new[] { _viewBytes, _viewEncodes })
            foreach (var kind in ViewKinds) counter.Add(0, new KeyValuePair<string, object?>(KindTag, kind));
        foreach (var code in refusals) Count(_refused, code);
        foreach (var reason in ends) Count(_closes, reason);
        foreach (var slot in protocols) _encodes.Add(0, new KeyValuePair<string, object?>(ProtocolTag, slot));
        foreach (var transport in new[] { "websocket", "polling", "ws" })
            _connections.Add(0, new KeyValuePair<string, object?>(TransportTag, transport));

        static void Count(Counter<long> counter, string reason) => counter.Add(0, new KeyValuePair<string, object?>(ReasonTag, reason));
    }

    /// <summary>Observes how many rooms are in use on the node.</summary>
    public void ObserveRooms(Func<int> rooms) =>
        _meter.CreateObservableGauge("rooms", rooms, description: "Rooms in use on the node");

    /// <summary>Observes how many different views are in use on the node.</summary>
    public void ObserveViews(Func<int> views) =>
        _meter.CreateObservableGauge("views", views, description: "Different views in use on the node");

    /// <summary>Observes how many places of the node's session limit are taken.</summary>
    public void ObserveSessions(Func<int> sessions) =>
        _meter.CreateObservableGauge("sessions", sessions, description: "Sessions that count towards the limit of connections, whether their client has said hello or not");

    /// <summary>Observes how many HTTP connections wait for their next request.</summary>
    public void ObserveIdleConnections(Func<int> connections) =>
        _meter.CreateObservableGauge("idle_connections", connections, description: "HTTP connections that wait for their next request");

    /// <summary>Observes the number of living actors.</summary>
    public void ObserveActors(Func<int> actors) =>
        _meter.CreateObservableGauge("actors", actors, description: "Living actors: the node's own, one for each topic, one for each client");

    /// <summary>Observes the memory of the garbage collector, and its part that is free between objects.</summary>
    public void ObserveHeap(Func<long> committed, Func<long> fragmented)
    {
        _meter.CreateObservableGauge("heap_committed_bytes", committed, "By", "Memory that the garbage collector holds, as of its last collection");
        _meter.CreateObservableGauge("heap_fragmented_bytes", fragmented, "By", "The part of it that is free between objects");
    }

    /// <summary>Observes the bytes of buffers that the web server holds for open and for closed connections.</summary>
    public void ObserveBufferPool(Func<long> bytes) =>
        _meter.CreateObservableGauge("buffer_pool_bytes", bytes, "By", "Bytes of buffers that the web server has made for connections and not given back yet");

    /// <summary>Observes how many seconds the node's own clock is ahead of Redis's.</summary>
    public void ObserveClock(Func<double> ahead) =>
        _meter.CreateObservableGauge("clock_offset_seconds", ahead, "s", "How far the node's own clock is ahead of Redis's; negative: behind");

    /// <summary>Counts a client that connects over this transport.</summary>
    public void Opened(string transport) => _connections.Add(1, new KeyValuePair<string, object?>(TransportTag, transport));

    /// <summary>Counts a client that upgrades to another transport.</summary>
    public void Moved(string from, string to)
    {
        _connections.Add(-1, new KeyValuePair<string, object?>(TransportTag, from));
        _connections.Add(1, new KeyValuePair<string, object?>(TransportTag, to));
    }

    /// <summary>Counts a client whose connection ends.</summary>
    public void Closed(string transport, string reason)
    {
        _connections.Add(-1, new KeyValuePair<string, object?>(TransportTag, transport));
        _closes.Add(1, new KeyValuePair<string, object?>(ReasonTag, reason));
    }

    /// <summary>Counts a client that was closed because it did not read.</summary>
    public void SlowConsumer() => _slowConsumers.Add(1);

    /// <summary>Counts the updates of one write.</summary>
    /// <param name="updates">The number of updates.</param>
    /// <param name="latency">Seconds since the receipt of the first of them; null if all are values of snapshots.</param>
    public void Delivered(int updates, double? latency)
    {
        _delivered.Add(updates);
        if (latency is { } seconds) _latency.Record(seconds);
    }

    /// <summary>Counts updates that newer ones superseded before the client could take them.</summary>
    public void Conflated(int updates)
    {
        if (updates > 0) _conflated.Add(updates);
    }

    /// <summary>Counts updates that were dropped instead of sent to a client.</summary>
    public void Dropped(int updates, string reason)
    {
        if (updates > 0) _dropped.Add(updates, new KeyValuePair<string, object?>(ReasonTag, reason));
    }

    /// <summary>Counts a request that was refused with this code.</summary>
    public void Refused(string code) => _refused.Add(1, new KeyValuePair<string, object?>(ReasonTag, code));

    /// <summary>Counts a connection, a request or a poll that was refused for one of the <see cref="RefusedConnectionReasons"/>.</summary>
    public void RefusedConnection(string reason) => _refusedConnections.Add(1, new KeyValuePair<string, object?>(ReasonTag, reason));

    /// <summary>Counts a session that a client used from another address than before.</summary>
    public void SessionMovedAddress() => _movedAddresses.Add(1);

    /// <summary>Counts bytes sent to another node: a request for that node's session, its response, or a session that moves.</summary>
    public void Relayed(int bytes) => _relayedBytes.Add(bytes);

    /// <summary>Counts a token that was refused for this reason. A count of 0 exports the reason before the first refusal.</summary>
    public void RefusedToken(string reason, int count = 1) => _refusedTokens.Add(count, new KeyValuePair<string, object?>(ReasonTag, reason));

    /// <summary>Counts a command that Redis refused. A count of 0 exports the word before the first refusal.</summary>
    public void RefusedByRedis(string word, int count = 1) => _redisRefusals.Add(count, new KeyValuePair<string, object?>(WordTag, word));

    /// <summary>Counts a chain that is sent in a view.</summary>
    internal void SentView(ViewEncoding sent, int protocol)
    {
        var kind = new KeyValuePair<string, object?>(KindTag, ViewKinds[(int)sent.Kind - 1]);
        _viewBytes.Add(sent.Frame!.Bytes.Length, kind);
        if (sent.Reason != SnapshotReason.None) _viewSnapshots.Add(1, new KeyValuePair<string, object?>(ReasonTag, SnapshotReasons[(int)sent.Reason - 1]));
        if (!sent.IsNew) return;
        _viewEncodes.Add(1, kind);
        Encoded(protocol);
    }

    /// <summary>Records the seconds from a chain's receipt until its delta is written.</summary>
    public void DeltaLatency(double seconds) => _deltaLatency.Record(seconds);

    /// <summary>Counts a frame that was encoded from an update.</summary>
    public void Encoded(int slot) => _encodes.Add(1, new KeyValuePair<string, object?>(ProtocolTag, slot));

    public void Dispose() => _meter.Dispose();
}
