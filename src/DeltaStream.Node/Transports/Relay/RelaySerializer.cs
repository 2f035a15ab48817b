using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using DeltaStream.Actors.Binary;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>
/// A <see cref="RelayPart"/> as bytes: a head of ten bytes (id, kind, flags), then the part unchanged. A newer version may add
/// fields at the end of the joined parts, and flags; an older version does not read them.
/// </summary>
internal sealed class RelaySerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string PartManifest = "p";
    private const byte LastFlag = 1;

    /// <summary>The number of bytes in the head.</summary>
    internal const int Head = 10;

    /// <summary>The serializer's number on the wire; it must never change.</summary>
    public const int Id = 7_303;

    public const string Hocon = """
        akka.actor {
          serializers {
            deltastream-relay = "DeltaStream.Node.Transports.Relay.RelaySerializer, DeltaStream.Node"
          }
          serialization-bindings {
            "DeltaStream.Node.Transports.Relay.RelayPart, DeltaStream.Node" = deltastream-relay
          }
        }
        """;

    public override int Identifier => Id;

    public override string Manifest(object o) => o is RelayPart ? PartManifest : throw new ArgumentException($"{o.GetType()} is not a message between nodes", nameof(o));

    public override byte[] ToBinary(object obj)
    {
        if (obj is not RelayPart part) throw new ArgumentException($"{obj.GetType()} is not a message between nodes", nameof(obj));
        return new FieldWriter(Head + part.Bytes.Length)
            .Int64(part.Id).Byte((byte)part.Kind).Byte(part.IsLast ? LastFlag : (byte)0).Rest(part.Bytes.Span).ToBytes();
    }

    /// <exception cref="SerializationException">The bytes are not such a message.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (manifest != PartManifest) throw new SerializationException($"no message is called '{manifest}'");
        var from = new FieldReader(bytes);
        return new RelayPart(from.Int64(), (RelayKind)from.Byte(), (from.Byte() & LastFlag) != 0, from.Rest());
    }
}
