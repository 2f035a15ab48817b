using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Feed;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Transports;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// The order in which the node stops. On SIGTERM or SIGINT the host calls <see cref="StoppingAsync"/> first: the node reports that
/// it is not ready, goes on for the <see cref="DrainDelay"/>, hands over the lease, and drains its clients. After that the listener
/// closes and the actor system leaves the cluster. A node that its cluster has removed drains at once, because a client that enters
/// after the end of the actors would wait for ever. If a step hangs, the process is ended after a timeout.
/// </summary>
internal sealed class Shutdown(
    NodeSettings settings, NodePhase phase, Membership membership, TransportServer transports, ActorSystem system, TimeProvider time, ILogger<Shutdown> logger)
    : IHostedLifecycleService
{
    /// <summary>The time that stopping may take in addition to delay and drain, before the process is ended. The README promises 10 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>The part of that time for unfinished requests, before their connections are broken.</summary>
    public static readonly TimeSpan ListenerPatience = TimeSpan.FromSeconds(4);

    /// <summary>The share of the drain in which no client is closed, so that a client in its handshake can finish it.</summary>
    private const double HandshakeShare = 0.1;

    private readonly DrainDelay _delay = new(settings.DrainDelay, time);
    private readonly Lock _gate = new();
    private Task? _drained;
    private bool _isStarted;
    private bool _isLost;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "drain", async () =>
        {
            await DrainOnceAsync();
            return Akka.Done.Instance;
        });
        logger.Starting(settings.Port, settings.Cluster.Self.ToString(), string.Join(',', settings.Cluster.Roles), BuildInfo.Current.Version, BuildInfo.Current.Commit);
        if (settings.Cluster is { Tls: null, IsOpen: true }) logger.PortOpen(settings.Cluster.BindHost);
        _isStarted = true;
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // No balancer knows a node that has not started, and a node that its cluster has removed drains already.
        if (_isStarted && BeginStop(_delay.Length)) await _delay.WaitAsync();
        await DrainOnceAsync();
        // The end of the actor system has set another exit code.
        if (_isLost) Environment.ExitCode = Startup.RefusedExitCode;
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        logger.Stopped();
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The node is not ready any more, and ends in time whatever happens. False if it has begun to stop before.</summary>
    private bool BeginStop(TimeSpan delay)
    {
        lock (_gate)
        {
            if (phase.IsDraining) return false;
            phase.BeginDrain();
        }

        logger.Stopping(delay.TotalSeconds, settings.Drain.TotalSeconds);
        ForceExitAfter(delay + settings.Drain + Patience);
        return true;
    }

    private Task DrainOnceAsync()
    {
        // Both callers may be first: the first one starts the drain, and both wait for it.
        lock (_gate) return _drained ??= DrainAsync();
    }

    private async Task DrainAsync()
    {
        if (CoordinatedShutdown.Get(system).ShutdownReason is { } reason)
        {
            // If the process was not asked to stop, an exit code tells its supervisor to restart it.
            _isLost = !phase.IsDraining;
            logger.ClusterLost(reason.GetType().Name.Replace("Reason", "", StringComparison.Ordinal));
        }

        BeginStop(TimeSpan.Zero);
        _delay.End();
        transports.StopAccepting();
        logger.Draining(transports.Inside);
        var mayHandOver = settings.Cluster.Has(ClusterSettings.Bridge) && membership.HasOtherBridge;
        var handedOver = mayHandOver ? BridgeHosting.HandOverAsync(system) : Task.CompletedTask;
        await Task.Delay(settings.Drain * HandshakeShare, time);
        await transports.CloseAllAsync(CloseReason.ServerDraining, settings.Drain * (1 - HandshakeShare));
        await handedOver;
    }

    private void ForceExitAfter(TimeSpan patience)
    {
        // A separate thread, because a starved thread pool could keep a task from running.
        new Thread(() =>
        {
            Thread.Sleep(patience);
            logger.StopForced();
            Environment.Exit(_isLost ? Startup.RefusedExitCode : Environment.ExitCode);
        })
        { IsBackground = true, Name = "stop in time" }.Start();
    }
}
