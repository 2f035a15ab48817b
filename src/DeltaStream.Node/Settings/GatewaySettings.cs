using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Settings.Reading;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Settings;

/// <summary>Reads the settings of the bridge, the cache, the clients and the transports; <c>reference.conf</c> has their keys.</summary>
internal static class GatewaySettings
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static BridgeSettings ReadBridge(this SettingReader reader)
    {
        var minBackoff = reader.Duration("deltastream.bridge.min-backoff", Tick, Minute);
        return new BridgeSettings
        {
            MaxRate = reader.Number("deltastream.bridge.max-rate", 0, 1_000_000),
            MaxMessageBytes = reader.Number("deltastream.bridge.max-message-bytes", 1024, 3_000_000),
            NonFinite = reader.NonFinite(),
            MaxKeys = reader.Number("deltastream.bridge.max-keys", 1, 1_000_000),
            MaxBytes = reader.Number("deltastream.bridge.max-bytes", 1_048_576, int.MaxValue),
            LeaseTtl = reader.Duration("deltastream.bridge.lease-ttl", TimeSpan.FromMilliseconds(100), Minute),
            HeartbeatInterval = reader.Duration("deltastream.bridge.heartbeat-interval", Tick, TimeSpan.FromSeconds(1)),
            ReachTimeout = reader.Duration("deltastream.bridge.reach-timeout", Tick, Minute),
            LinkGrace = reader.Duration("deltastream.bridge.link-grace", Tick, Minute),
            TakeoverHold = reader.Duration("deltastream.bridge.takeover-hold", Tick, TimeSpan.FromMilliseconds(800)),
            RoundTripEvery = reader.Number("deltastream.bridge.round-trip-every", 1, 100_000),
            RoundTripTimeout = reader.Duration("deltastream.bridge.round-trip-timeout", Tick, Minute),
            WriteBatch = reader.Number("deltastream.bridge.write-batch", 1, 10_000),
            MinBackoff = minBackoff,
            MaxBackoff = reader.Duration("deltastream.bridge.max-backoff", minBackoff, Hour),
        };
    }

    private static NonFiniteRule NonFinite(this SettingReader reader)
    {
        const string path = "deltastream.bridge.non-finite";
        // HOCON reads null as a key without a value.
        return reader.Text(path).Length > 0 && reader.OneOf(path, "null", "skip") == "skip" ? NonFiniteRule.Skip : NonFiniteRule.Null;
    }

    public static CacheSettings ReadCache(this SettingReader reader) => new()
    {
        GossipInterval = reader.Duration("akka.cluster.pub-sub.gossip-interval", Tick, Minute),
        SnapshotPatience = reader.Duration("deltastream.cache.snapshot-patience", Tick, Minute),
        ReadTimeout = reader.Duration("deltastream.cache.read-timeout", Tick, Minute),
        Linger = reader.Duration("deltastream.cache.linger", TimeSpan.Zero, Hour),
        ReadBatch = reader.Number("deltastream.cache.read-batch", 1, 10_000),
        ChainReadBatch = reader.Number("deltastream.cache.chain-read-batch", 1, 1_000),
        SubscribeWindow = reader.Number("deltastream.cache.subscribe-window", 1, 10_000),
        MaxRooms = reader.Number("deltastream.limits.rooms", 1, 1_000_000),
    };

    public static ClientSettings ReadClients(this SettingReader reader) => new()
    {
        MaxClients = reader.Number("deltastream.clients.max-clients", 0, 1_000_000),
        MaxSubscriptions = reader.Number("deltastream.limits.subscriptions", 1, 100_000),
        Joins = reader.ReadRateLimit("deltastream.limits.joins-per-second", 1, 1_000_000, burstSeconds: 6),
        RequestedBytes = reader.ReadRateLimit("deltastream.limits.snapshot-bytes-per-second", 1024, int.MaxValue, burstSeconds: 4),
        MaxViews = reader.Number("deltastream.limits.views-per-client", 1, 100_000),
        MaxNodeViews = reader.Number("deltastream.limits.views", 1, 10_000_000),
        ViewsLinger = reader.Duration("deltastream.clients.views-linger", TimeSpan.Zero, Hour),
        RoomQuietAfter = TimeSpan.FromSeconds(reader.Number("deltastream.room-quiet-seconds", 1, 86_400)),
        MaxWaitingAnswers = reader.Number("deltastream.clients.control-lane-entries", 8, 100_000),
        MaxWaitingAnswerBytes = reader.Number("deltastream.clients.control-lane-bytes", 4096, 16 * 1024 * 1024),
        RecoveryWindow = reader.Duration("deltastream.clients.recovery-window", TimeSpan.Zero, Hour),
        ExpiryNotice = reader.Duration("deltastream.auth.expiry-notice", TimeSpan.FromSeconds(1), Hour),
        StuckWriteTimeout = reader.Duration("deltastream.clients.stuck-write-timeout", TimeSpan.FromMilliseconds(100), Hour),
    };

    private static RateLimit ReadRateLimit(this SettingReader reader, string path, int min, int max, int burstSeconds)
    {
        var perSecond = reader.Number(path, min, max);
        return new RateLimit(perSecond, (long)perSecond * burstSeconds);
    }

    public static MessageRate ReadMessageRate(this SettingReader reader)
    {
        var perSecond = reader.Number("deltastream.limits.messages-per-second", 1, 1_000_000);
        return new MessageRate(perSecond, perSecond * reader.Number("deltastream.limits.burst-seconds", 1, 60));
    }

    public static TransportSettings ReadTransports(this SettingReader reader, OriginPolicy origins) => new()
    {
        Origins = origins,
        TrustedProxies = TrustedProxies.Parse(reader.List("deltastream.http.trusted-proxies"))
            ?? throw reader.Wrong("deltastream.http.trusted-proxies", "comma-separated addresses and networks such as 10.0.0.0/8"),
        MaxPayload = reader.Number("deltastream.limits.message-bytes", 1024, 16 * 1024 * 1024),
        PingInterval = reader.Duration("deltastream.transports.ping-interval", TimeSpan.FromMilliseconds(100), Hour),
        PingTimeout = reader.Duration("deltastream.transports.ping-timeout", TimeSpan.FromMilliseconds(100), Hour),
        ConnectTimeout = TimeSpan.FromSeconds(reader.Number("deltastream.limits.handshake-seconds", 1, 600)),
        KeepAlive = TimeSpan.FromSeconds(reader.Number("deltastream.http.keep-alive-seconds", 1, 86400)),
        UpgradeTimeout = reader.Duration("deltastream.transports.upgrade-timeout", TimeSpan.FromMilliseconds(100), Hour),
        CloseTimeout = reader.Duration("deltastream.transports.close-timeout", Tick, TimeSpan.FromSeconds(5)),
        Linger = reader.Duration("deltastream.transports.linger", Tick, Minute),
        DeflateFrom = reader.OneOf("deltastream.transports.deflate", "on", "off") == "on"
            ? reader.Number("deltastream.transports.deflate-from-bytes", 0, 1024 * 1024)
            : null,
        MaxConnections = reader.Number("deltastream.limits.connections", 1, 10_000_000),
        MaxConnectionsPerAddress = reader.Number("deltastream.limits.connections-per-address", 0, 10_000_000),
        MaxParkedPolls = reader.Number("deltastream.limits.parked-polls", 1, 10_000_000),
    };
}
