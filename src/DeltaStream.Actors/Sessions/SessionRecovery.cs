using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Members;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// Gives each connecting client a session: the session that it claims with its pid, or a new one. It never keeps a client out:
/// without the store, or with a rejected claim, the client gets a new session.
/// </summary>
/// <param name="store">The session store.</param>
/// <param name="window">How long after a lost connection a session may be claimed.</param>
/// <param name="time">The clock of every wait.</param>
public sealed class SessionRecovery(ISessionStore store, TimeSpan window, TimeProvider time)
{
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MovePatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PeerPatience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, byte> _held = new();
    private NodeCluster? _cluster;
    private long _lastNumber;

    internal ISessionStore Store => store;

    internal TimeProvider Time => time;

    /// <summary>How long after a lost connection a session may be claimed.</summary>
    internal TimeSpan Window => window;

    /// <summary>
    /// How long a live session is kept after its last write. The extra minute covers a node that is killed just before it would
    /// have prolonged the session.
    /// </summary>
    internal TimeSpan LiveLife => window + TimeSpan.FromMinutes(1);

    /// <summary>The node's name as a holder. A restarted node gets a new name.</summary>
    internal string NodeName { get; private set; } = "0";

    /// <summary>Opens the session of a connecting client.</summary>
    /// <param name="pid">The client's pid; null for none.</param>
    /// <param name="identity">The client's identity; a client finds only its own sessions.</param>
    public async ValueTask<ClientSession> OpenAsync(string? pid, ClientIdentity identity)
    {
        if (pid is not null && ClientSession.Claimed(pid, identity, NextNumber()) is { } claimed)
        {
            // Held before the claim, because another node may ask for this holder as soon as the claim is in the store.
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

    /// <summary>Takes over the session of a client that moves here. The former node has released it.</summary>
    public async ValueTask<ClientSession?> TakeOverAsync(MovedClient client)
    {
        if (client.Pid is null || ClientSession.Claimed(client.Pid, client.Identity, NextNumber()) is not { } session) return null;
        _held[session.Number] = 0;
        session.IsClaimed = client.IsRecovered;
        try
        {
            using var timeout = new CancellationTokenSource(MovePatience, time);
            await store.ClaimAsync(session.Key, HolderOf(session), client.Holder, LiveLife, timeout.Token);
        }
        catch (Exception e) when (e is FeedUnavailableException or OperationCanceledException)
        {
            // The client continues. If it loses its connection later it may not recover its rooms.
        }

        return session;
    }

    /// <summary>Releases the session after its client has gone or was refused.</summary>
    public void Release(ClientSession session) => _held.TryRemove(session.Number, out _);

    /// <summary>True if this node has a live holder with this number.</summary>
    internal bool IsHeld(long number) => _held.ContainsKey(number);

    /// <summary>The holder's name in the store.</summary>
    internal string HolderOf(ClientSession session) => string.Create(CultureInfo.InvariantCulture, $"{NodeName}.{session.Number}");

    /// <summary>Sets the node, once the actor system is there.</summary>
    internal void Attach(ActorSystem system)
    {
        _cluster = NodeCluster.Of(system);
        NodeName = _cluster.Self.Uid.ToString(CultureInfo.InvariantCulture);
    }

    private long NextNumber() => Interlocked.Increment(ref _lastNumber);

    private async ValueTask<string?> ClaimAsync(ClientSession session)
    {
        try
        {
            using var timeout = new CancellationTokenSource(StorePatience + PeerPatience, time);
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
        // Without an answer the node was killed a moment ago, and the cluster has not noticed yet.
        return _cluster!.FindReachable(parts[0]) is { } member
            && await _cluster.AskAsync<HolderAnswer>(member, $"user/{SessionKeeper.Name}", new IsHolderAlive(number), PeerPatience) is { IsAlive: true };
    }
}
