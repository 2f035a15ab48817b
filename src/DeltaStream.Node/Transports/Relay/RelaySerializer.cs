using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using DeltaStream.Actors.Binary;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>
/// A <see cref="RelayPart"/> as bytes: a head of ten bytes (the id, the kind, flags), then the part as it is. A newer version adds
/// fields at the end of what the parts hold together, and flags; an older one leaves them unread.
/// </summary>
internal sealed class RelaySerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string PartManifest = "p";
    private const byte LastFlag = 1;

    /// <summary>The bytes before a part's own.</summary>
    internal const int Head = 10;

    /// <summary>The serializer's number on the wire; never to be changed.</summary>
    public const int Id = 7_303;

    /// <summary>Binds it.</summary>
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

    public override string Manifest(object o) => o is RelayPart ? PartManifest : throw new ArgumentException($"{o.GetType()} is no message between nodes", nameof(o));

    public override byte[] ToBinary(object obj)
    {
        if (obj is not RelayPart part) throw new ArgumentException($"{obj.GetType()} is no message between nodes", nameof(obj));
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
