using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>Answers questions about the sessions of this node.</summary>
internal interface IRelayOwner
{
    /// <summary>Answers another node's question. If this throws, the answer is empty and the exception is logged.</summary>
    Task<byte[]> AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted);
}

/// <summary>
/// Finds the node that holds a session by the session's id, and sends it questions: one hop, over the cluster's own connections, so
/// that only members can ask. The id names the node by its number in the cluster. The number does not show the node's address and
/// changes with each start of the node.
/// </summary>
/// <param name="metrics">Counts the bytes that the relay sends.</param>
/// <param name="log">Gets the failed answers.</param>
/// <param name="time">The clock.</param>
internal sealed partial class SessionRelay(GatewayMetrics? metrics = null, ILogger<SessionRelay>? log = null, TimeProvider? time = null)
{
    /// <summary>The name of the relay's actor on every node.</summary>
    internal const string ActorName = "session-relay";

    private const int NameLength = 6;
    private const int PartBytes = 512 * 1024;

    // Enough for 16 messages of the default limit. More would not make them faster, only delay the cluster's own messages.
    private const int MostUnderWay = 1024 * 1024;

    // The timeout for a lost question while the owner is a member and its connection has not broken. It is longer than the time in
    // which the cluster removes a silent member, so that a slow owner keeps its sessions.
    private static readonly TimeSpan AcceptTimeout = TimeSpan.FromSeconds(20);

    // While there is no connection, questions are lost until a new connection is made.
    private static readonly TimeSpan AcceptTimeoutWithoutConnection = TimeSpan.FromSeconds(2);

    // The timeout for a lost answer. A poll may wait for as long as its session is quiet; all other answers take no longer than settling.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<long, Question> _open = new();
    private readonly ConcurrentDictionary<Address, bool> _broken = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<Address, LinkWindow> _windows = new();
    private Cluster? _cluster;
    private IActorRef _actor = ActorRefs.Nobody;
    private long _lastId;

    /// <summary>The text before the random part of this node's session ids.</summary>
    internal string Prefix { get; private set; } = "";

    /// <summary>Answers questions on this node; null before a path is mounted.</summary>
    internal IRelayOwner? Owner { get; set; }

    /// <summary>Starts the relay's actor. Before that, every session counts as this node's own.</summary>
    internal void Start(ActorSystem system)
    {
        _cluster = Cluster.Get(system);
        Prefix = NameOf(_cluster.SelfUniqueAddress) + ".";
        _cluster.RegisterOnMemberUp(() => _joined.TrySetResult());
        _actor = system.ActorOf(Props.Create(() => new RelayActor(this)), ActorName);
    }

    /// <summary>Whether this node sees the members, so that a session whose owner it does not find has none.</summary>
    internal bool IsMember => _cluster is null || (!_cluster.IsTerminated && _cluster.SelfMember.Status == MemberStatus.Up);

    /// <summary>Completes when this node has joined its cluster, or the time is over.</summary>
    internal async Task JoinedAsync(TimeSpan within, CancellationToken aborted) =>
        await _joined.Task.WaitAsync(within, _time, aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>
    /// The member that a session's id names; null if it is this node or not a member. An unreachable member still counts, because
    /// it may only be slow.
    /// </summary>
    internal Address? OwnerOf(string sid) =>
        _cluster is null || sid.Length != NameLength + 1 + RandomId.Length || sid[NameLength] != '.' || sid.StartsWith(Prefix, StringComparison.Ordinal)
            ? null
            : _cluster.State.Members
                .FirstOrDefault(it => it.Status != MemberStatus.Down && sid.StartsWith(NameOf(it.UniqueAddress), StringComparison.Ordinal))?.Address;

    /// <summary>Sends a client's request, once there is room on the way to the owner.</summary>
    /// <returns>The answer; null as for <see cref="AskAsync"/>.</returns>
    internal async Task<byte[]?> RequestAsync(Address owner, byte[] request, CancellationToken aborted)
    {
        var window = _windows.GetOrAdd(owner, static _ => new(MostUnderWay));
        try
        {
            await window.EnterAsync(request.Length, AcceptTimeout, _time);
        }
        catch (TimeoutException)
        {
            return null;
        }

        return await ExchangeAsync(owner, RelayKind.Request, request, () => window.Leave(request.Length), aborted);
    }

    /// <summary>Asks a question. The wait for a slow owner is as long as the cluster's.</summary>
    /// <returns>The answer; null if the owner has gone, or the question or the answer was lost.</returns>
    internal Task<byte[]?> AskAsync(Address owner, RelayKind kind, byte[] bytes) => ExchangeAsync(owner, kind, bytes, arrived: null, CancellationToken.None);

    private async Task<byte[]?> ExchangeAsync(Address owner, RelayKind kind, byte[] bytes, Action? arrived, CancellationToken aborted)
    {
        var id = Interlocked.Increment(ref _lastId);
        var question = _open[id] = new Question(owner);
        var target = _cluster!.System.ActorSelection(new RootActorPath(owner) / "user" / ActorName);
        try
        {
            try
            {
                Send(target, _actor, id, kind, bytes);
                await question.Accepted.Task.WaitAsync(_broken.ContainsKey(owner) ? AcceptTimeoutWithoutConnection : AcceptTimeout, _time, CancellationToken.None);
            }
            finally
            {
                arrived?.Invoke();
            }

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

    /// <summary>Sends a message without an answer.</summary>
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

    /// <summary>Forgets that the connection broke: there is a new one, or the node has gone for good.</summary>
    internal void Forget(Address owner)
    {
        _broken.TryRemove(owner, out _);
        _windows.TryRemove(owner, out _);
    }

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
