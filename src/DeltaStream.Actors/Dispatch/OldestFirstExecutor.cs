using Akka.Configuration;
using Akka.Dispatch;

namespace DeltaStream.Actors.Dispatch;

/// <summary>
/// Runs actors on the thread pool in the order in which they got work. It is the executor of the default dispatcher, on which
/// topics, clients and our other actors run; the mediator and Akka's other actors run on Akka's internal dispatcher. Akka's default executor pushes an actor on the local
/// stack of the calling thread. Then a client runs before other topics have delivered their updates, and the actor that waits
/// longest keeps waiting. In FIFO order all topics deliver before the first client writes, so one write carries more updates,
/// and every client gets its turn at a high rate.
/// </summary>
/// <param name="config">The dispatcher's section.</param>
/// <param name="prerequisites">The dependencies that Akka gives to every executor.</param>
internal sealed class OldestFirstExecutor(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
{
    public override ExecutorService Produce(string id) => new Service(id);

    private sealed class Service(string id) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);

        // The thread pool belongs to the process.
        public override void Shutdown()
        {
        }
    }
}
