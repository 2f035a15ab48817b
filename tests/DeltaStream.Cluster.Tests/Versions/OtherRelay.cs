using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Serialization;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests.Versions;

/// <summary>A part of what two relays say to each other, as version 0.1 has it.</summary>
public sealed record OtherPart(long Id, byte Kind, byte Flags, byte[] Bytes);

/// <summary>Those parts as version 0.1 wrote and read them, kept as they were.</summary>
public sealed class OtherPartSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 7_303;

    public override string Manifest(object o) => "p";

    public override byte[] ToBinary(object obj)
    {
        var (id, kind, flags, part) = (OtherPart)obj;
        byte[] bytes = [.. new byte[8], kind, flags, .. part];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, id);
        return bytes;
    }

    public override object FromBinary(byte[] bytes, string manifest) => new OtherPart(BinaryPrimitives.ReadInt64LittleEndian(bytes), bytes[8], bytes[9], bytes[10..]);
}

/// <summary>
/// A member of another version that holds sessions and asks for those of a node. Where it is one to come, it has a new field at the
/// end of all that it says, and a new flag on each part.
/// </summary>
internal sealed class OtherRelay : IDisposable
{
    private const string Serializers = """
        akka.actor {
          serializers.relay = "DeltaStream.Cluster.Tests.Versions.OtherPartSerializer, DeltaStream.Cluster.Tests"
          serialization-bindings { "DeltaStream.Cluster.Tests.Versions.OtherPart, DeltaStream.Cluster.Tests" = relay }
        }
        """;

    private const byte Last = 1;
    private const byte Accepted = 8;
    private const byte Answer = 9;

    private static readonly byte[] NewField = [9, 8, 7, 6, 5, 4, 3, 2];

    private readonly ActorSystem _system;
    private readonly IActorRef _actor;
    private readonly ActorSelection _node;
    private readonly byte _newFlag;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<byte[]>> _open = new();
    private readonly ConcurrentQueue<(byte Kind, byte[] Question)> _asked = new();
    private long _lastId;

    private OtherRelay(NodeProcess node, bool isNext)
    {
        _newFlag = isNext ? (byte)0x80 : (byte)0;
        _system = OtherMember.Join(node, Serializers);
        _actor = _system.ActorOf(Props.Create(() => new Actor(this)), "session-relay");
        _node = _system.ActorSelection($"akka.tcp://deltastream@{node.Address}/user/session-relay");
    }

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyCollection<(byte Kind, byte[] Question)> Asked => _asked;

    /// <summary>What it answers to a question of a kind.</summary>
    public Dictionary<byte, Func<byte[]>> Answers { get; } = [];

    /// <summary>The id of a session that it holds.</summary>
    public string SessionId
    {
        get
        {
            Span<byte> number = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, Akka.Cluster.Cluster.Get(_system).SelfUniqueAddress.Uid);
            return $"{Base64Url.EncodeToString(number)}.{new string('x', 24)}";
        }
    }

    /// <summary>Joins; returns when both are members.</summary>
    public static async Task<OtherRelay> JoinAsync(NodeProcess node, bool isNext)
    {
        var relay = new OtherRelay(node, isNext);
        await Eventually.True(async () => await node.HealthAsync("members") == "2", "both are members", TimeSpan.FromSeconds(30));
        return relay;
    }

    /// <summary>Asks the node; the answer is to be read as version 0.1 does.</summary>
    public async Task<BinaryReader> AskAsync(byte kind, Action<BinaryWriter> question)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answered = _open[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(_node, id, kind, Added(Bytes(question)));
        return new(new MemoryStream(await answered.Task.WaitAsync(TimeSpan.FromSeconds(30))), Encoding.UTF8);
    }

    /// <summary>What version 0.1 writes, and in a version to come more behind it.</summary>
    public byte[] Added(byte[] bytes) => _newFlag == 0 ? bytes : [.. bytes, .. NewField];

    public static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var output = new BinaryWriter(stream, Encoding.UTF8);
        write(output);
        output.Flush();
        return stream.ToArray();
    }

    public void Dispose() => _system.Dispose();

    private void Send(ICanTell to, long id, byte kind, byte[] bytes)
    {
        // In two parts, as a long message is.
        var half = bytes.Length / 2;
        if (bytes.Length > 0) to.Tell(new OtherPart(id, kind, _newFlag, bytes[..half]), _actor);
        to.Tell(new OtherPart(id, kind, (byte)(_newFlag | Last), bytes[half..]), _actor);
    }

    private sealed class Actor(OtherRelay relay) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            // What the node says in these specs fits into one part.
            if (message is not OtherPart { Flags: Last } part) return;
            switch (part.Kind)
            {
                case Accepted:
                    break;
                case Answer:
                    if (relay._open.TryRemove(part.Id, out var answered)) answered.SetResult(part.Bytes);
                    break;
                default:
                    relay._asked.Enqueue((part.Kind, part.Bytes));
                    relay.Send(Sender, part.Id, Accepted, []);
                    relay.Send(Sender, part.Id, Answer, relay.Answers.TryGetValue(part.Kind, out var answer) ? relay.Added(answer()) : []);
                    break;
            }
        }
    }
}
