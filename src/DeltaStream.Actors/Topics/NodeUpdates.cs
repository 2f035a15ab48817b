using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// What this node knows of the updates that come and go: one for each actor system, because the serializer, which has no
/// other way to the rest of the node, needs it too.
/// </summary>
public sealed class NodeUpdates : IExtension
{
    // An update's copies follow each other at once, as they were published; chains are large, so no more than needed are kept.
    private const int SharedKept = 64;
    private const int KeysRemembered = 20_000;

    private readonly Lock _lock = new();
    private readonly Recent<(Position, MarketEvent), MarketUpdate> _shared = new(SharedKept);

    /// <summary>Recognises what a new publisher sends a second time.</summary>
    public RepeatTable Repeats { get; } = new(KeysRemembered);

    /// <summary>The node's own.</summary>
    public static NodeUpdates For(ActorSystem system) => system.WithExtension<NodeUpdates, Provider>();

    /// <summary>
    /// The update at this position, made on its first arrival: both topics' copies then share it, and with it the frames.
    /// </summary>
    public MarketUpdate Share(MarketEvent @event, ConflationKey key, Position position, ulong hash, long receivedAt, ReadOnlyMemory<byte> payload)
    {
        lock (_lock)
        {
            if (_shared.TryGet((position, @event), out var update) && update.Key == key) return update;
            update = new MarketUpdate(@event, key, position, payload, hash, receivedAt)
            {
                RepeatOf = Repeats.Note(@event, key, position, hash),
            };
            _shared.Set((position, @event), update);
            return update;
        }
    }

    private sealed class Provider : ExtensionIdProvider<NodeUpdates>
    {
        public override NodeUpdates CreateExtension(ExtendedActorSystem system) => new();
    }
}
