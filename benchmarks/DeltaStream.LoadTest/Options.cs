using System.Globalization;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>The command line: a scenario's name, then options that override what the scenario presets.</summary>
internal sealed class Options
{
    // name -> clients, rate, size, seconds
    private static readonly Dictionary<string, (int Clients, double Rate, int Size, int Seconds)> Presets = new()
    {
        ["fanout"] = (1000, 20, 200, 10),
        ["chain"] = (200, 5, 56_000, 10),
        ["idle"] = (5000, 1, 200, 5),
        ["throughput"] = (1000, 20, 200, 5),
        ["growth"] = (10_000, 5, 200, 6),
        ["slow"] = (5000, 2, 200, 15),
        ["storm"] = (1000, 5, 200, 3),
        ["polling"] = (500, 5, 200, 15),
        ["build"] = (0, 1, 200, 1),
        ["products"] = (1000, 5, 200, 3),
        ["node"] = (0, 1, 200, 20),
        ["cluster"] = (100, 200, 200, 8),
    };

    // These compare with other servers (or get them ready); the rest looks at one, the gateway if no other is named.
    private static readonly string[] Comparisons = ["fanout", "chain", "idle", "throughput", "build"];

    private readonly Dictionary<string, string> _values = new();

    private Options(string command) => Command = command;

    public string Command { get; }

    public int Rounds => Number("rounds", Command == "storm" ? 20 : Command is "growth" or "slow" || Comparisons.Contains(Command) ? 5 : 1);

    public int WarmUp => Number("warm-up", Command is "chain" or "node" ? 60 : 20);

    public Scenario Scenario
    {
        get
        {
            var preset = Presets[Command];
            return new(Number("clients", preset.Clients), Number("rate", (int)preset.Rate), Number("size", preset.Size),
                WarmUp, Number("seconds", preset.Seconds), Command == "chain");
        }
    }

    /// <summary>How many nodes, one measurement after the other.</summary>
    public IEnumerable<int> Nodes => (_values.GetValueOrDefault("nodes") ?? "1,2,3,4,5").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture));

    public IReadOnlyList<Contender> Contenders =>
        [.. (_values.GetValueOrDefault("servers") ?? (Comparisons.Contains(Command) ? "gateway,socketio,signalr,kestrel" : "gateway")).Split(',')
            .Select(name => Contender.Find(name) ?? throw new FormatException($"no server is called '{name}'"))];

    /// <exception cref="FormatException">What is wrong with the command line.</exception>
    public static Options Parse(string[] args)
    {
        if (args.Length == 0 || !Presets.ContainsKey(args[0])) throw new FormatException($"name a scenario: {string.Join(", ", Presets.Keys)}");
        var options = new Options(args[0]);
        for (var i = 1; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || args[i] is not ("--clients" or "--rate" or "--size" or "--seconds" or "--warm-up" or "--rounds" or "--servers" or "--nodes"))
                throw new FormatException($"unknown or incomplete option '{args[i]}'");
            options._values[args[i][2..]] = args[i + 1];
        }

        return options;
    }

    private int Number(string name, int preset) =>
        _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : preset;
}
