using Akka.Configuration;
using Akka.Dispatch;

namespace DeltaStream.Actors.Dispatch;

/// <summary>
/// Runs actors on the thread pool in the order in which they got something to do. Akka's own executor puts them on top of the
/// calling thread's stack: then a client runs before the topics that have something for it as well, and whoever waits longest
/// waits on. In order, all topics hand out before the first client writes, so more leaves in one write, and at a high rate
/// every client's turn comes round.
/// </summary>
/// <param name="config">The dispatcher's section.</param>
/// <param name="prerequisites">What Akka gives to every executor.</param>
internal sealed class OldestFirstExecutor(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
{
    public override ExecutorService Produce(string id) => new Service(id);

    private sealed class Service(string id) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);

        // The pool is the process's.
        public override void Shutdown()
        {
        }
    }
}
