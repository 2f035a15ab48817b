using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using DeltaStream.Actors.Binary;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// Serializes room events, heartbeats and store notices between nodes, with short manifests and raw payloads. Fields of a newer
/// version are skipped.
/// </summary>
public sealed class RoomEventSerializer : SerializerWithStringManifest
{
    /// <summary>The serializer's number on the wire. It must never change.</summary>
    public const int Id = 7_301;

    private const string RoomEventManifest = "r";
    private const string HeartbeatManifest = "h";
    private const string StoreManifest = "s";

    private readonly NodeOrder _order;

    /// <summary>Called by Akka.NET.</summary>
    public RoomEventSerializer(ExtendedActorSystem system) : base(system) => _order = NodeOrder.For(system);

    public override int Identifier => Id;

    public override string Manifest(object o) => o switch
    {
        RoomEvent => RoomEventManifest,
        BridgeHeartbeat => HeartbeatManifest,
        StoreNotice => StoreManifest,
        _ => throw new ArgumentException($"{o.GetType()} is not a message between nodes", nameof(o)),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        RoomEvent roomEvent => RoomEventCodec.Write(roomEvent),
        BridgeHeartbeat heartbeat => BridgeCodec.Write(heartbeat),
        StoreNotice notice => BridgeCodec.Write(notice),
        _ => throw new ArgumentException($"{obj.GetType()} is not a message between nodes", nameof(obj)),
    };

    /// <exception cref="SerializationException">The bytes are not such a message.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        var from = new FieldReader(bytes);
        return manifest switch
        {
            RoomEventManifest => RoomEventCodec.Read(from, _order),
            HeartbeatManifest => BridgeCodec.ReadHeartbeat(from),
            StoreManifest => BridgeCodec.ReadStore(from),
            _ => throw new SerializationException($"no message is called '{manifest}'"),
        };
    }
}
