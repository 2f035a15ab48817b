using System.Globalization;
using Akka.Configuration;
using DeltaStream.Actors.Dispatch;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Simulator.World;

/// <summary>The configuration of a simulated node's actor system: the real serializers and mailboxes, the loop for every dispatcher and timer.</summary>
internal static class SimConfig
{
    private const string Loop = """
        akka {
          loglevel = ERROR
          stdout-loglevel = OFF
          loggers = []
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          scheduler.implementation = "DeltaStream.Simulator.Loop.LoopScheduler, DeltaStream.Simulator"
          coordinated-shutdown { run-by-clr-shutdown-hook = off, run-by-actor-system-terminate = off, exit-clr = off }
          actor {
            default-dispatcher { executor = "DeltaStream.Simulator.Loop.LoopExecutor, DeltaStream.Simulator", throughput = THROUGHPUT }
            internal-dispatcher { type = Dispatcher, executor = "DeltaStream.Simulator.Loop.LoopExecutor, DeltaStream.Simulator", throughput = THROUGHPUT }
            default-blocking-io-dispatcher { type = Dispatcher, executor = "DeltaStream.Simulator.Loop.LoopExecutor, DeltaStream.Simulator" }
          }
        }
        """;

    private static readonly Dictionary<int, Config> Made = [];

    /// <param name="throughput">How many messages an actor handles in one turn.</param>
    public static Config Of(int throughput)
    {
        lock (Made)
        {
            if (Made.TryGetValue(throughput, out var config)) return config;
            config = ConfigurationFactory.ParseString(Loop.Replace("THROUGHPUT", throughput.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
                .WithFallback(ConfigurationFactory.ParseString(TopicsHosting.Hocon))
                .WithFallback(ConfigurationFactory.ParseString(SessionsWiring.Hocon))
                .WithFallback(ConfigurationFactory.ParseString(IdleMailbox.Hocon))
                .WithFallback(Akka.Streams.ActorMaterializer.DefaultConfig());
            return Made[throughput] = config;
        }
    }
}
