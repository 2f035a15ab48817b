using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Transports;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// The order in which the node stops. On SIGTERM or SIGINT the host calls <see cref="StoppingAsync"/> first: the node reports that
/// it is not ready and drains its clients. After that the listener closes and the actor system leaves the cluster. A node that its
/// cluster has removed also drains first, because a client that enters after the end of the actors would wait for ever. If a step
/// hangs, the process is ended after a timeout.
/// </summary>
internal sealed class Shutdown(NodeSettings settings, NodePhase phase, TransportServer transports, ActorSystem system, ILogger<Shutdown> logger)
    : IHostedLifecycleService
{
    /// <summary>The time that stopping may take in addition to the drain, before the process is ended. The README promises 10 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>The part of that time for unfinished requests, before their connections are broken.</summary>
    public static readonly TimeSpan ListenerPatience = TimeSpan.FromSeconds(4);

    private readonly Lock _gate = new();
    private Task? _drained;
    private bool _isLost;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "drain", async () =>
        {
            await DrainOnceAsync();
            return Akka.Done.Instance;
        });
        logger.Starting(settings.Port, settings.Cluster.Self.ToString(), string.Join(',', settings.Cluster.Roles));
        if (settings.Cluster is { Tls: null, IsOpen: true }) logger.PortOpen(settings.Cluster.BindHost);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
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

    private Task DrainOnceAsync()
    {
        // Both callers may be first: the first one starts the drain, and both wait for it.
        lock (_gate) return _drained ??= DrainAsync();
    }

    private async Task DrainAsync()
    {
        phase.BeginDrain();
        if (CoordinatedShutdown.Get(system).ShutdownReason is { } reason)
        {
            // The process was not asked to stop: an exit code tells the supervisor of the process to restart it.
            _isLost = true;
            logger.ClusterLost(reason.GetType().Name.Replace("Reason", "", StringComparison.Ordinal));
        }

        logger.Stopping(settings.Drain.TotalSeconds);
        ForceExitInTime();
        transports.StopAccepting();
        await transports.CloseAllAsync(CloseReason.ServerDraining, settings.Drain);
    }

    private void ForceExitInTime()
    {
        // A separate thread, because a starved thread pool could keep a task from running.
        new Thread(() =>
        {
            Thread.Sleep(settings.Drain + Patience);
            logger.StopForced();
            Environment.Exit(_isLost ? Startup.RefusedExitCode : Environment.ExitCode);
        })
        { IsBackground = true, Name = "stop in time" }.Start();
    }
}
