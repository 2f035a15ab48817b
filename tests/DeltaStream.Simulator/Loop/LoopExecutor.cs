using Akka.Configuration;
using Akka.Dispatch;

namespace DeltaStream.Simulator.Loop;

/// <summary>Runs every actor of a node on the simulation's loop. All dispatchers of the node have it.</summary>
/// <param name="config">The dispatcher's section.</param>
/// <param name="prerequisites">The dependencies that Akka gives to every executor.</param>
internal sealed class LoopExecutor(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
{
    private readonly Lane _lane = Lane.Starting ?? throw new InvalidOperationException("A dispatcher is made outside of the simulation");

    public override ExecutorService Produce(string id) => new Service(id, _lane);

    private sealed class Service(string id, Lane lane) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => lane.Execute(run);

        public override void Shutdown()
        {
            // The loop belongs to the simulation.
        }
    }
}
