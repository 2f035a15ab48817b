using System.Globalization;
using DeltaStream.TestSupport;

namespace DeltaStream.Load.Tests;

/// <summary>What the load test has printed in one run of its command line, as it was built beside these tests.</summary>
internal sealed class Run
{
    private static readonly DirectoryInfo Own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    private Run(CommandResult result) => (ExitCode, Output) = (result.ExitCode, result.Output);

    public int ExitCode { get; }

    public string Output { get; }

    /// <summary>The rows of its tables, each with its cells by column.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Rows
    {
        get
        {
            var (rows, columns) = (new List<IReadOnlyDictionary<string, string>>(), Array.Empty<string>());
            var lines = Output.Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Trim('|', ' ').Split(" | ")).ToArray();
            for (var i = 0; i < lines.Length; i++)
            {
                if (i + 1 < lines.Length && lines[i + 1][0] == "---") columns = lines[i];
                else if (lines[i][0] != "---") rows.Add(columns.Zip(lines[i]).ToDictionary(cell => cell.First, cell => cell.Second));
            }

            return rows;
        }
    }

    /// <summary>A server as it was built, not published: what publishing needs is not on every machine.</summary>
    /// <param name="name">What the command line calls it.</param>
    /// <param name="project">Its folder.</param>
    public static string Built(string name, params string[] project) => $"{name}={FolderOf(project)}";

    /// <summary>Runs the command line to its end, whatever that is.</summary>
    public static Task<Run> AnyAsync(string line, params (string Name, string? Value)[] variables) => AnyAsync(TimeSpan.FromMinutes(5), line, variables);

    /// <summary>The same, for a scenario that takes longer.</summary>
    public static async Task<Run> AnyAsync(TimeSpan within, string line, params (string Name, string? Value)[] variables) =>
        new(await Command.RunAsync(Repository.Root, within, variables,
            ["dotnet", Path.Combine(FolderOf("benchmarks", "DeltaStream.LoadTest"), "DeltaStream.LoadTest.dll"), .. line.Split(' ')]));

    /// <summary>
    /// Runs a scenario. On a machine that is busy with other work updates come late, and the newest takes the place of one that waits:
    /// then it is run again. A scenario that does not work is never complete.
    /// </summary>
    /// <param name="line">The command line.</param>
    /// <param name="isComplete">Whether nothing is missing.</param>
    /// <param name="variables">Further environment variables, for the load test and all that it starts.</param>
    public static async Task<Run> CompleteAsync(string line, Func<Run, bool> isComplete, params (string Name, string? Value)[] variables)
    {
        for (var left = 2; ; left--)
        {
            var run = await AnyAsync(line, variables);
            Assert.True(run.ExitCode == 0, run.Output);
            Assert.DoesNotContain("failed", run.Output, StringComparison.Ordinal);
            if (isComplete(run)) return run;
            Assert.True(left > 0, run.Output);
        }
    }

    public IEnumerable<double> Figures(string column) => Rows.Select(row => double.Parse(row[column], CultureInfo.InvariantCulture));

    /// <summary>Whether there is one row for each of these servers, in this order, with figures in all columns.</summary>
    public bool HasRowsOf(params string[] servers) =>
        Rows.Select(row => row["server"]).SequenceEqual(servers)
        && Rows.All(row => row.Where(cell => cell.Key != "server").All(cell => double.IsFinite(double.Parse(cell.Value, CultureInfo.InvariantCulture))));

    private static string FolderOf(params string[] project) => Repository.PathOf([.. project, "bin", Own.Parent!.Name, Own.Name]);
}
