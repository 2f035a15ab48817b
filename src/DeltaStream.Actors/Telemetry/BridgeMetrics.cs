using System.Diagnostics.Metrics;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Telemetry;

/// <summary>The bridge's instruments. Operators build on their names and tags.</summary>
internal static class BridgeMetrics
{
    /// <summary>The meter of all instruments.</summary>
    public const string MeterName = "deltastream";

    private const string OtherChannel = "other";

    private static readonly Meter Meter = new(MeterName);

    private static long _epoch;
    private static int _role;
    private static int _link;

    static BridgeMetrics()
    {
        Meter.CreateObservableGauge("bridge_epoch", static () => Volatile.Read(ref _epoch), null, "Epoch of the lease this node holds; 0: none");
        Meter.CreateObservableGauge("bridge_role", static () => Volatile.Read(ref _role), null, "0: no bridge, 1: standby, 2: active");
        Meter.CreateObservableGauge("bridge_feed_link", static () => Volatile.Read(ref _link), null, "1: the subscription to Redis is up");
    }

    /// <summary>Messages from the platform, by <c>channel</c>. An unknown channel counts as <c>other</c>.</summary>
    private static readonly Counter<long> MessagesIn = Meter.CreateCounter<long>("messages_in", null, "Messages received from Redis");

    /// <summary>Skipped messages, by <c>reason</c>.</summary>
    private static readonly Counter<long> Invalid = Meter.CreateCounter<long>("messages_invalid", null, "Messages skipped as invalid");

    /// <summary>Messages in which NaN or Infinity became null, by <c>kind</c>.</summary>
    private static readonly Counter<long> Repaired = Meter.CreateCounter<long>("messages_repaired", null, "Messages sent with null for NaN or Infinity");

    /// <summary>Messages that a newer message superseded before they were published.</summary>
    public static readonly Counter<long> Conflated = Meter.CreateCounter<long>("bridge_conflated", null, "Messages superseded in the bridge");

    /// <summary>Messages that were dropped because there were too many keys.</summary>
    public static readonly Counter<long> Refused = Meter.CreateCounter<long>("bridge_refused", null, "Messages dropped for too many keys");

    public static readonly Counter<long> Published = Meter.CreateCounter<long>("bridge_published", null, "Messages published to rooms");

    private static readonly Counter<long> LeaseLost = Meter.CreateCounter<long>("bridge_lease_lost", null, "Leases lost or given up");

    private static readonly Counter<long> WithheldMessages = Meter.CreateCounter<long>("bridge_withheld", null, "Messages that the bridge did not publish though nobody else had, by reason");

    /// <summary>Restarts of the graph after a failure.</summary>
    public static readonly Counter<long> Restarts = Meter.CreateCounter<long>("bridge_restarts", null, "Restarts of the bridge's graph");

    /// <summary>How often the subscription to Redis was lost, or was up but delivered nothing.</summary>
    public static readonly Counter<long> LinksLost = Meter.CreateCounter<long>("bridge_feed_link_lost", null, "Times the subscription to Redis was lost, or found to deliver nothing");

    /// <summary>How often the mediator lost this node's subscriptions.</summary>
    public static readonly Counter<long> SubscriptionsLost = Meter.CreateCounter<long>("bridge_subscriptions_lost", null, "Times the mediator lost this node's subscriptions");

    /// <summary>Exports every counter as 0 from the start. An alarm can't watch a counter that does not exist yet.</summary>
    /// <param name="leaseLostReasons">The tags of <see cref="LostLease"/>.</param>
    public static void ShowAll(IEnumerable<string> leaseLostReasons)
    {
        foreach (var counter in new[] { Conflated, Refused, Published, Restarts, LinksLost, SubscriptionsLost }) counter.Add(0);
        foreach (var channel in MessageKind.All.Select(kind => kind.Channel).Append(OtherChannel))
            MessagesIn.Add(0, new KeyValuePair<string, object?>("channel", channel));
        foreach (var reason in Enum.GetValues<InvalidReason>())
            Invalid.Add(0, new KeyValuePair<string, object?>("reason", reason.Name()));
        foreach (var kind in MessageKind.All)
            Repaired.Add(0, new KeyValuePair<string, object?>("kind", kind.Name));
        foreach (var reason in leaseLostReasons)
            LeaseLost.Add(0, new KeyValuePair<string, object?>("reason", reason));
    }

    /// <summary>
    /// Counts a message from the platform. An unknown channel counts as <c>other</c>, so that a publisher can't create tags at
    /// will.
    /// </summary>
    public static void MessageIn(string channel) =>
        MessagesIn.Add(1, new KeyValuePair<string, object?>("channel", MessageKind.OnChannel(channel) is null ? OtherChannel : channel));

    public static void InvalidMessage(InvalidReason reason) => Invalid.Add(1, new KeyValuePair<string, object?>("reason", reason.Name()));

    public static void RepairedMessage(MessageKind kind) => Repaired.Add(1, new KeyValuePair<string, object?>("kind", kind.Name));

    /// <summary>Counts messages that were withheld, by <c>reason</c>. A count of 0 exports the reason before the first one.</summary>
    public static void Withheld(string reason, int count) => WithheldMessages.Add(count, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Counts a lease that was lost or given up, by <c>reason</c>.</summary>
    public static void LostLease(string reason) => LeaseLost.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Shows that this node's bridge holds the lease with this epoch; with 0 it is a standby.</summary>
    public static void HoldsEpoch(long epoch)
    {
        Volatile.Write(ref _epoch, epoch);
        Volatile.Write(ref _role, epoch == 0 ? 1 : 2);
    }

    /// <summary>Shows that this node does not run a bridge any more.</summary>
    public static void NoBridge()
    {
        Volatile.Write(ref _epoch, 0);
        Volatile.Write(ref _role, 0);
        Volatile.Write(ref _link, 0);
    }

    /// <summary>Shows whether the subscription to Redis is up.</summary>
    public static void LinkIsUp(bool up) => Volatile.Write(ref _link, up ? 1 : 0);
}
