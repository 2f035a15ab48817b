using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Transports;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// The first and the last word when the node stops. On SIGTERM or SIGINT the host calls <see cref="StoppingAsync"/> before
/// anything else ends: the node says that it is not ready and lets its clients go; only then the listener closes and the
/// actor system leaves the cluster. A node that its cluster has let go does the same, first of all that follows: a client let in
/// after the actors have ended would wait for an answer that nobody gives. Whatever hangs, the process is gone in time.
/// </summary>
internal sealed class Shutdown(NodeSettings settings, NodePhase phase, TransportServer transports, ActorSystem system, ILogger<Shutdown> logger)
    : IHostedLifecycleService
{
    /// <summary>What stopping may take beyond the drain before the process is ended; the README promises 10 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>What unfinished requests may take of it before their connections are broken.</summary>
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
        // The end of the actor system has set one of its own.
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
        // Whichever of the two comes first begins it, and both wait for its end.
        lock (_gate) return _drained ??= DrainAsync();
    }

    private async Task DrainAsync()
    {
        phase.BeginDrain();
        if (CoordinatedShutdown.Get(system).ShutdownReason is { } reason)
        {
            // Nobody asked the process to stop: whoever runs it should see that, and start it again.
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
        // A thread of its own: a starved thread pool must not keep it from running.
        new Thread(() =>
        {
            Thread.Sleep(settings.Drain + Patience);
            logger.StopForced();
            Environment.Exit(_isLost ? Startup.RefusedExitCode : Environment.ExitCode);
        })
        { IsBackground = true, Name = "stop in time" }.Start();
    }
}
