using System.Globalization;
using System.Text;
using DeltaStream.Simulator.Promises;

namespace DeltaStream.Simulator.World;

/// <summary>Looks for the shortest schedule of a seed that still breaks the same promise, by leaving out faults and clients.</summary>
internal static class Shrinker
{
    // Each try is a whole run.
    private const int MostTries = 60;

    /// <param name="options">The failed seed.</param>
    /// <param name="failed">Its result.</param>
    /// <returns>What is left, and its result.</returns>
    public static (SimOptions Options, SimResult Result) Shrink(SimOptions options, SimResult failed)
    {
        var tries = 0;
        var last = failed.Schedule.Faults.Where(fault => fault.At <= failed.Passed).Select(fault => fault.Number).ToHashSet();
        var best = (Options: options with { Keep = last }, Result: failed);
        // First halves, then single faults.
        for (var size = Math.Max(1, last.Count / 2); size > 0 && tries < MostTries; size /= 2)
        {
            foreach (var chunk in best.Options.Keep!.Order().Chunk(size).ToArray())
                Try(best.Options with { Keep = best.Options.Keep!.Except(chunk).ToHashSet() });
        }

        for (var client = 0; client < failed.Clients; client++)
            Try(best.Options with { WithoutClients = best.Options.WithoutClients.Append(client).ToHashSet() });
        return best;

        void Try(SimOptions smaller)
        {
            if (tries++ >= MostTries) return;
            var result = Simulation.Run(smaller);
            if (result.Broken?.Promise == failed.Broken!.Promise) best = (smaller, result);
        }
    }

    /// <summary>Tells the run for people: the faults, the lives of nodes and bridges, and the last moments of what broke.</summary>
    public static string Story(SimOptions options)
    {
        var lines = new List<string>();
        var result = Simulation.Run(options with { Trace = lines.Add });
        var story = new StringBuilder();
        story.AppendLine(CultureInfo.InvariantCulture, $"seed {result.Seed} breaks a promise after {result.Passed.TotalSeconds:0.000} s: {result.Broken}");
        story.AppendLine(CultureInfo.InvariantCulture, $"again: scripts/simulate --seed {result.Seed} --keep \"{string.Join(',', (options.Keep ?? new HashSet<int>()).Order())}\" --without-clients \"{string.Join(',', options.WithoutClients.Order())}\" --trace");
        var subject = Subject(result.Broken);
        foreach (var line in lines.Where((line, index) => IsTold(line) || (index > lines.Count - 40 && line.Contains(subject, StringComparison.Ordinal)))) story.AppendLine(line);
        return story.ToString();
    }

    private static string Subject(BrokenPromise? broken) => broken is null ? "PROMISE" : broken.Text.Split(' ', ':')[0];

    private static bool IsTold(string line) =>
        new[] { " FAULT ", " PROMISE ", " starts", " joins", " is killed", " stops", " is no member", "bridge_active", "bridge_standby", " calm" }
            .Any(word => line.Contains(word, StringComparison.Ordinal));
}
