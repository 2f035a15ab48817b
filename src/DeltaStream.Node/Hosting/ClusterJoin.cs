using Akka.Actor;
using Akka.Cluster;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// Joins the node to its cluster, and keeps the register of members in Redis. Akka lets the first seed of the list form a cluster
/// when no other node answers. After a restart on the wrong side of a network partition that seed would form a second cluster for
/// good. So the node first asks Redis whether other members are alive. If some are, or if Redis does not answer, the node waits for
/// them.
/// </summary>
internal sealed class ClusterJoin(
    NodeSettings settings, ActorSystem system, Membership membership, MemberRegistry registry, NodeProblems problems, TimeProvider time,
    ILogger<ClusterJoin> logger)
    : BackgroundService
{
    /// <summary>The time between two reads of the register; members also renew their entry then.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // The line is repeated for an operator who looks for the reason why a node is not ready.
    private static readonly TimeSpan SaidEvery = TimeSpan.FromSeconds(10);

    // A member that this node does not see may have just joined or just left; only after this time is it a sign of another cluster.
    private static readonly TimeSpan SplitAfter = TimeSpan.FromSeconds(20);

    private readonly string _self = settings.Cluster.Self.ToString();
    private readonly string[] _tried = [.. settings.Cluster.Seeds.Where(seed => seed != settings.Cluster.Self).Select(seed => seed.ToString())];
    private readonly Dictionary<string, long> _strangers = [];
    private long? _refusedAt;

    private bool IsFirstSeed => settings.Cluster.Seeds[0] == settings.Cluster.Self;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await registry.WithdrawAsync(_self, cancellationToken);
        }
        catch (Exception e) when (e is FeedUnavailableException or OperationCanceledException)
        {
            // The entry then expires by itself.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            await JoinAsync(timer, stoppingToken);
            do await RegisterAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task JoinAsync(PeriodicTimer timer, CancellationToken stop)
    {
        var cluster = Cluster.Get(system);
        if (_tried.Length == 0)
        {
            cluster.Join(cluster.SelfAddress);
        }

        bool? begins = null;
        var (started, said) = (time.GetTimestamp(), time.GetTimestamp());
        while (!membership.IsFullMember)
        {
            if (_tried.Length > 0)
            {
                var may = IsFirstSeed && await NobodyLivesAsync(stop);
                if (may != begins) cluster.JoinSeedNodes(Addresses(cluster, begins: may));
                begins = may;
            }

            if (time.GetElapsedTime(said) >= SaidEvery)
            {
                said = time.GetTimestamp();
                logger.NoSeed(string.Join(',', _tried), time.GetElapsedTime(started).TotalSeconds);
            }

            await timer.WaitForNextTickAsync(stop);
        }
    }

    /// <summary>The addresses to ask. Akka lets a node form a cluster if the node is the first in this list.</summary>
    private IEnumerable<Address> Addresses(Cluster cluster, bool begins)
    {
        var self = cluster.SelfAddress;
        return settings.Cluster.Seeds.Where(seed => begins || seed != settings.Cluster.Self)
            .Select(seed => new Address(self.Protocol, self.System, seed.Host, seed.Port));
    }

    private async Task<bool> NobodyLivesAsync(CancellationToken stop)
    {
        try
        {
            // After a refusal the members need a moment to write their entries again.
            return (await registry.OthersAsync(_self, stop)).Count == 0 && (_refusedAt is not { } at || time.GetElapsedTime(at) >= 2 * Interval);
        }
        catch (FeedUnavailableException)
        {
            _refusedAt = time.GetTimestamp();
            return false;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // A service of the host that throws stops the node. Without an answer no member is known to be alive.
            logger.StepFailed(nameof(ClusterJoin), e);
            _refusedAt = time.GetTimestamp();
            return false;
        }
    }

    private async Task RegisterAsync(CancellationToken stop)
    {
        if (!membership.IsFullMember) return;
        try
        {
            Judge(await registry.AnnounceAsync(_self, stop));
        }
        catch (FeedUnavailableException)
        {
            // The bridge logs the outage.
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            logger.StepFailed(nameof(ClusterJoin), e);
        }
    }

    /// <summary>Members on this Redis that are not in this cluster are another cluster, and only one of the two has the feed.</summary>
    private void Judge(IReadOnlyList<string> others)
    {
        var now = time.GetTimestamp();
        var strangers = others.Where(other => !membership.Knows(other)).ToArray();
        foreach (var gone in _strangers.Keys.Except(strangers).ToArray()) _strangers.Remove(gone);
        foreach (var stranger in strangers) _strangers.TryAdd(stranger, now);
        string[] foreign = [.. _strangers.Where(entry => time.GetElapsedTime(entry.Value, now) >= SplitAfter).Select(entry => entry.Key).Order()];
        var names = string.Join(',', foreign);
        var changed = problems.Set(Problem.ClusterSplit, foreign.Length == 0 ? null : $"{names} use the same Redis and are not in this cluster");
        if (changed && foreign.Length > 0) logger.OtherCluster(names);
    }
}
