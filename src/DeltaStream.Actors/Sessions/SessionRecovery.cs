using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// Gives each connecting client a session: the one that it claims with its pid, or a new one. Never an obstacle: without the
/// store, or where a claim is not granted, the client simply connects.
/// </summary>
/// <param name="store">Where sessions are kept.</param>
/// <param name="window">How long after its loss a session may be claimed.</param>
public sealed class SessionRecovery(ISessionStore store, TimeSpan window)
{
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MovePatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PeerPatience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, byte> _held = new();
    private ActorSystem? _system;
    private long _lastNumber;

    /// <summary>Where sessions are kept.</summary>
    internal ISessionStore Store => store;

    /// <summary>How long after its loss a session may be claimed.</summary>
    internal TimeSpan Window => window;

    /// <summary>How long a live session is kept without word of it: its node may be killed right before it would have said so.</summary>
    internal TimeSpan LiveLife => window + TimeSpan.FromMinutes(1);

    /// <summary>The node's name among holders: it differs in each life of a node.</summary>
    internal string NodeName { get; private set; } = "0";

    /// <summary>Gives a connecting client its session.</summary>
    /// <param name="pid">The pid that it came with; null for none.</param>
    /// <param name="identity">Who it is: it finds only what belongs to it.</param>
    public async ValueTask<ClientSession> OpenAsync(string? pid, ClientIdentity identity)
    {
        if (pid is not null && ClientSession.Claimed(pid, identity, NextNumber()) is { } claimed)
        {
            // Held from before the claim: whoever asks after it must not find nobody.
            _held[claimed.Number] = 0;
            if (await ClaimAsync(claimed) is { } text)
            {
                claimed.Recovered = SavedSession.Read(text);
                claimed.IsClaimed = true;
                return claimed;
            }

            _held.TryRemove(claimed.Number, out _);
        }

        var session = ClientSession.Create(identity, NextNumber());
        _held[session.Number] = 0;
        return session;
    }

    /// <summary>Takes the session of a client over that comes from another node, which has let it go.</summary>
    public async ValueTask<ClientSession?> TakeOverAsync(MovedClient client)
    {
        if (client.Pid is null || ClientSession.Claimed(client.Pid, client.Identity, NextNumber()) is not { } session) return null;
        _held[session.Number] = 0;
        session.IsClaimed = client.IsRecovered;
        try
        {
            using var timeout = new CancellationTokenSource(MovePatience);
            await store.ClaimAsync(session.Key, HolderOf(session), client.Holder, LiveLife, timeout.Token);
        }
        catch (Exception e) when (e is FeedUnavailableException or OperationCanceledException)
        {
            // The client goes on all the same; only where it loses its connection it may find no rooms.
        }

        return session;
    }

    /// <summary>The client of this session is gone, or was never let in.</summary>
    public void Release(ClientSession session) => _held.TryRemove(session.Number, out _);

    /// <summary>Whether this holder of the node's lives.</summary>
    internal bool IsHeld(long number) => _held.ContainsKey(number);

    /// <summary>The name of a session's holder in the store.</summary>
    internal string HolderOf(ClientSession session) => string.Create(CultureInfo.InvariantCulture, $"{NodeName}.{session.Number}");

    /// <summary>Tells it which node it is on.</summary>
    internal void Attach(ActorSystem system)
    {
        _system = system;
        NodeName = Cluster.Get(system).SelfUniqueAddress.Uid.ToString(CultureInfo.InvariantCulture);
    }

    private long NextNumber() => Interlocked.Increment(ref _lastNumber);

    private async ValueTask<string?> ClaimAsync(ClientSession session)
    {
        try
        {
            using var timeout = new CancellationTokenSource(StorePatience + PeerPatience);
            var claim = await store.ClaimAsync(session.Key, HolderOf(session), null, LiveLife, timeout.Token);
            if (claim.Holder is null || await IsAliveAsync(claim.Holder)) return claim.Text;
            return (await store.ClaimAsync(session.Key, HolderOf(session), claim.Holder, LiveLife, timeout.Token)).Text;
        }
        catch (Exception e) when (e is FeedUnavailableException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<bool> IsAliveAsync(string holder)
    {
        var parts = holder.Split('.');
        if (parts.Length != 2 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (parts[0] == NodeName) return IsHeld(number);
        var cluster = Cluster.Get(_system!);
        var member = cluster.State.Members.FirstOrDefault(it => it.UniqueAddress.Uid.ToString(CultureInfo.InvariantCulture) == parts[0]);
        if (member is null || cluster.State.Unreachable.Contains(member)) return false;
        try
        {
            var keeper = _system!.ActorSelection(new RootActorPath(member.Address) / "user" / SessionKeeper.Name);
            return (await keeper.Ask<HolderAnswer>(new IsHolderAlive(number), PeerPatience)).IsAlive;
        }
        catch (AskTimeoutException)
        {
            // Killed a moment ago: the cluster has not noticed yet.
            return false;
        }
    }
}
