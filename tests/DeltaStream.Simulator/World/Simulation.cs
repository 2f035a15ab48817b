using System.Runtime.ExceptionServices;
using DeltaStream.Simulator.Promises;

namespace DeltaStream.Simulator.World;

/// <summary>The result of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Broken">The broken promise; null if all hold.</param>
/// <param name="Schedule">The faults.</param>
/// <param name="Passed">How much virtual time has passed.</param>
/// <param name="Publications">What bridges published.</param>
/// <param name="Deliveries">What clients received.</param>
/// <param name="Turns">How often an actor had a turn.</param>
/// <param name="Hash">The hash of the trace.</param>
internal sealed record SimResult(int Seed, BrokenPromise? Broken, Schedule Schedule, TimeSpan Passed, int Publications, int Deliveries, long Turns, ulong Hash)
{
    /// <summary>The number of clients.</summary>
    public int Clients { get; init; }
}

/// <summary>
/// Runs a seed on a thread of its own: a thread of a test runner has a synchronization context, which would take continuations away
/// from the loop.
/// </summary>
internal static class Simulation
{
    private const int StackBytes = 16 * 1024 * 1024;

    public static SimResult Run(SimOptions options)
    {
        SimResult? result = null;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = RunHere(options);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, StackBytes) { Name = $"seed {options.Seed}" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private static SimResult RunHere(SimOptions options)
    {
        var world = new SimWorld(options);
        var broken = world.Run();
        return new(options.Seed, broken, world.Schedule, world.Loop.Now, world.Observer.Publications, world.Observer.Deliveries, world.Loop.Turns, world.Trace.Hash) { Clients = world.Clients.Count };
    }
}
