using System.Buffers.Binary;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace DeltaStream.Actors.Sessions;

/// <summary>What nodes say to each other of sessions, with short manifests. Fields behind those known are a newer version's, and skipped.</summary>
public sealed class SessionSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string AliveManifest = "a";
    private const string AnswerManifest = "b";

    /// <summary>The serializer's number on the wire; never to be changed.</summary>
    public const int Id = 7_302;

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        IsHolderAlive => AliveManifest,
        HolderAnswer => AnswerManifest,
        _ => throw new ArgumentException($"{o.GetType()} is no message between nodes", nameof(o)),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        switch (obj)
        {
            case IsHolderAlive asked:
                var number = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(number, asked.Number);
                return number;
            case HolderAnswer answer:
                return [answer.IsAlive ? (byte)1 : (byte)0];
            default:
                throw new ArgumentException($"{obj.GetType()} is no message between nodes", nameof(obj));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The bytes are no such message.</exception>
    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        AliveManifest when bytes.Length >= 8 => new IsHolderAlive(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        AnswerManifest when bytes.Length >= 1 => new HolderAnswer(bytes[0] != 0),
        _ => throw new SerializationException($"{bytes.Length} bytes of '{manifest}' can't be read"),
    };
}
