using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>Answers for the sessions of this node.</summary>
internal interface IRelayOwner
{
    /// <summary>Answers another node's question. An exception is answered with nothing, and logged.</summary>
    Task<byte[]> AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted);
}

/// <summary>
/// Finds the node that holds a session, by the session's id, and asks it: one hop, over the cluster's own connections, so
/// that only members can ask. The node's name in an id is its number in the cluster, which says nothing about where
/// it is and is another one in each life of the node.
/// </summary>
/// <param name="metrics">Counts the bytes that pass.</param>
/// <param name="log">Where failed answers are written.</param>
/// <param name="time">The clock.</param>
internal sealed partial class SessionRelay(GatewayMetrics? metrics = null, ILogger<SessionRelay>? log = null, TimeProvider? time = null)
{
    /// <summary>The relay's name on every node.</summary>
    internal const string ActorName = "session-relay";

    private const int NameLength = 6;
    private const int PartBytes = 512 * 1024;

    // For a question that was lost, though the cluster has not given the owner up and the connection to it has not broken. Longer
    // than the cluster takes to give a silent member up: a slow owner keeps its sessions.
    private static readonly TimeSpan AcceptTimeout = TimeSpan.FromSeconds(20);

    // While there is no connection, questions are lost until one is made again.
    private static readonly TimeSpan AcceptTimeoutWithoutConnection = TimeSpan.FromSeconds(2);

    // For an answer that was lost. A poll may wait for as long as its session is quiet; nothing else takes longer than settling.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<long, Question> _open = new();
    private readonly ConcurrentDictionary<Address, bool> _broken = new();
    private Cluster? _cluster;
    private IActorRef _actor = ActorRefs.Nobody;
    private long _lastId;

    /// <summary>What stands before the random part of this node's session ids.</summary>
    internal string Prefix { get; private set; } = "";

    /// <summary>Answers on this node; null before a path was mounted.</summary>
    internal IRelayOwner? Owner { get; set; }

    /// <summary>Starts the relay's actor; before, every session is this node's own.</summary>
    internal void Start(ActorSystem system)
    {
        _cluster = Cluster.Get(system);
        Prefix = NameOf(_cluster.SelfUniqueAddress) + ".";
        _actor = system.ActorOf(Props.Create(() => new RelayActor(this)), ActorName);
    }

    /// <summary>
    /// The member that a session's id names; null if that is this node, or no member. An unreachable member
    /// may only be slow.
    /// </summary>
    internal Address? OwnerOf(string sid) =>
        _cluster is null || sid.Length <= NameLength || sid[NameLength] != '.' || sid.StartsWith(Prefix, StringComparison.Ordinal)
            ? null
            : _cluster.State.Members
                .FirstOrDefault(it => it.Status != MemberStatus.Down && sid.StartsWith(NameOf(it.UniqueAddress), StringComparison.Ordinal))?.Address;

    /// <summary>Asks, and waits for a slow owner as long as the cluster does.</summary>
    /// <returns>The answer; null if the owner is gone, or question or answer was lost.</returns>
    internal async Task<byte[]?> AskAsync(Address owner, RelayKind kind, byte[] bytes, CancellationToken aborted = default)
    {
        var id = Interlocked.Increment(ref _lastId);
        var question = _open[id] = new Question(owner);
        var target = _cluster!.System.ActorSelection(new RootActorPath(owner) / "user" / ActorName);
        try
        {
            Send(target, _actor, id, kind, bytes);
            await question.Accepted.Task.WaitAsync(_broken.ContainsKey(owner) ? AcceptTimeoutWithoutConnection : AcceptTimeout, _time, CancellationToken.None);
            try
            {
                return await question.Answered.Task.WaitAsync(kind == RelayKind.Request ? PollTimeout : AnswerTimeout, _time, aborted);
            }
            catch (OperationCanceledException)
            {
                Send(target, _actor, id, RelayKind.Abort, []);
                return await question.Answered.Task.WaitAsync(AnswerTimeout, _time, CancellationToken.None);
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

    internal void AnswerFailed(RelayKind kind, Exception exception)
    {
        if (log is not null) AnswerFailed(log, kind, exception);
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

    [LoggerMessage(115, LogLevel.Error, "relay_answer_failed {kind}", EventName = "relay_answer_failed")]
    private static partial void AnswerFailed(ILogger log, RelayKind kind, Exception exception);

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
