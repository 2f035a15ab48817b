using System.Runtime.InteropServices;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// The time between the order to stop and the drain. The node is not ready and goes on as before, so that balancers notice before it
/// refuses a client. A second signal ends the delay.
/// </summary>
internal sealed class DrainDelay(TimeSpan length, TimeProvider time)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TimeSpan Length => length;

    /// <summary>Waits until the time has passed, a signal comes, or <see cref="End"/> is called.</summary>
    public async Task WaitAsync()
    {
        // The runtime has chosen the handlers of the first signal before the host stops, so these see only later signals.
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal);
        await _ended.Task.WaitAsync(length, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends the delay, now or before it begins.</summary>
    public void End() => _ended.TrySetResult();

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        End();
    }
}
