using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>Who answers for the sessions of this node.</summary>
internal interface IRelayOwner
{
    /// <summary>Answers a question of another node's. Never throws.</summary>
    Task<byte[]> AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted);
}

/// <summary>
/// Finds the node that holds a session, by the session's id, and asks it: one hop, over the cluster's own connections, so
/// that nobody but a member can ask. The node's name in an id is its number in the cluster, which says nothing about where
/// it is and is another one in each life of the node.
/// </summary>
/// <param name="metrics">Counts what is passed on.</param>
internal sealed class SessionRelay(GatewayMetrics? metrics = null)
{
    /// <summary>The relay's name on every node.</summary>
    internal const string ActorName = "session-relay";

    private const int NameLength = 6;
    private const int PartBytes = 512 * 1024;

    // A slow owner is waited for: the cluster says who is dead, and a broken connection says it sooner. This is for a question that
    // was lost without either, and longer than the cluster takes to give a silent member up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // While there is no connection to it what is sent is lost, until one is made again.
    private static readonly TimeSpan PatienceWithoutConnection = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<long, Question> _open = new();
    private readonly ConcurrentDictionary<Address, bool> _broken = new();
    private Cluster? _cluster;
    private IActorRef _actor = ActorRefs.Nobody;
    private long _lastId;

    /// <summary>What stands before the random part of this node's session ids.</summary>
    internal string Prefix { get; private set; } = "";

    /// <summary>Who answers here; null before a path was mounted.</summary>
    internal IRelayOwner? Owner { get; set; }

    /// <summary>Starts the relay's actor; before, every session is this node's own.</summary>
    internal void Start(ActorSystem system)
    {
        _cluster = Cluster.Get(system);
        Prefix = NameOf(_cluster.SelfUniqueAddress) + ".";
        _actor = system.ActorOf(Props.Create(() => new RelayActor(this)), ActorName);
    }

    /// <summary>
    /// The member that a session's id names; null where that is this node, or nobody who could be asked. One that is unreachable
    /// may only be slow.
    /// </summary>
    internal Address? OwnerOf(string sid) =>
        _cluster is null || sid.Length <= NameLength || sid[NameLength] != '.' || sid.StartsWith(Prefix, StringComparison.Ordinal)
            ? null
            : _cluster.State.Members
                .FirstOrDefault(it => it.Status != MemberStatus.Down && sid.StartsWith(NameOf(it.UniqueAddress), StringComparison.Ordinal))?.Address;

    /// <summary>Asks, and waits for a slow owner as long as the cluster does.</summary>
    /// <returns>The answer; null where the owner is gone.</returns>
    internal async Task<byte[]?> AskAsync(Address owner, RelayKind kind, byte[] bytes, CancellationToken aborted = default)
    {
        var id = Interlocked.Increment(ref _lastId);
        var question = _open[id] = new Question(owner);
        var target = _cluster!.System.ActorSelection(new RootActorPath(owner) / "user" / ActorName);
        try
        {
            Send(target, _actor, id, kind, bytes);
            await question.Accepted.Task.WaitAsync(_broken.ContainsKey(owner) ? PatienceWithoutConnection : Patience, CancellationToken.None);
            try
            {
                return await question.Answered.Task.WaitAsync(aborted);
            }
            catch (OperationCanceledException)
            {
                Send(target, _actor, id, RelayKind.Abort, []);
                return await question.Answered.Task.WaitAsync(Patience, CancellationToken.None);
            }
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    /// <summary>Says something that is not answered.</summary>
    internal void Tell(Address owner, RelayKind kind, byte[] bytes) =>
        Send(_cluster!.System.ActorSelection(new RootActorPath(owner) / "user" / ActorName), _actor, Interlocked.Increment(ref _lastId), kind, bytes);

    /// <summary>Sends a message in parts that each fit into a frame.</summary>
    internal void Send(ICanTell to, IActorRef from, long id, RelayKind kind, byte[] bytes)
    {
        var start = 0;
        do
        {
            var part = bytes.AsMemory(start, Math.Min(PartBytes, bytes.Length - start));
            start += part.Length;
            metrics?.Relayed(RelaySerializer.Head + part.Length);
            to.Tell(new RelayPart(id, kind, start == bytes.Length, part), from);
        }
        while (start < bytes.Length);
    }

    internal void OnAccepted(long id)
    {
        if (_open.TryGetValue(id, out var question)) question.Accepted.TrySetResult();
    }

    internal void OnAnswer(long id, byte[] answer)
    {
        if (!_open.TryGetValue(id, out var question)) return;
        question.Answered.TrySetResult(answer);
        question.Accepted.TrySetResult();
    }

    internal void OnBroken(Address owner) => _broken[owner] = true;

    /// <summary>Forgets that the connection was broken: there is one again, or the node has gone for good.</summary>
    internal void Forget(Address owner) => _broken.TryRemove(owner, out _);

    internal void OnGone(Address owner)
    {
        foreach (var question in _open.Values.Where(question => question.Owner.Equals(owner)))
        {
            question.Answered.TrySetResult(null);
            question.Accepted.TrySetResult();
        }
    }

    private static string NameOf(UniqueAddress node)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, node.Uid);
        return Base64Url.EncodeToString(number);
    }

    private sealed class Question(Address owner)
    {
        public Address Owner => owner;

        public TaskCompletionSource Accepted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<byte[]?> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
