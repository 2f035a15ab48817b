using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using DeltaStream.Actors.Binary;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// Serializes messages about sessions between nodes, with short manifests. Fields after the known ones come from a newer
/// version and are skipped.
/// </summary>
public sealed class SessionSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string AliveManifest = "a";
    private const string AnswerManifest = "b";

    /// <summary>The serializer's number on the wire. It must never change.</summary>
    public const int Id = 7_302;

    public override int Identifier => Id;

    public override string Manifest(object o) => o switch
    {
        IsHolderAlive => AliveManifest,
        HolderAnswer => AnswerManifest,
        _ => throw new ArgumentException($"{o.GetType()} is not a message between nodes", nameof(o)),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        IsHolderAlive asked => new FieldWriter().Int64(asked.Number).ToBytes(),
        HolderAnswer answer => new FieldWriter().Bool(answer.IsAlive).ToBytes(),
        _ => throw new ArgumentException($"{obj.GetType()} is not a message between nodes", nameof(obj)),
    };

    /// <exception cref="SerializationException">The bytes are not such a message.</exception>
    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        AliveManifest => new IsHolderAlive(new FieldReader(bytes).Int64()),
        AnswerManifest => new HolderAnswer(new FieldReader(bytes).Bool()),
        _ => throw new SerializationException($"no message is called '{manifest}'"),
    };
}
