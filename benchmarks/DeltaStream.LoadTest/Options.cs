using System.Globalization;
using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>The command line: the name of a scenario, then options that override the presets of the scenario.</summary>
internal sealed class Options
{
    private const string Load = "clients rate size seconds warm-up servers";

    // name -> clients, rate, size, seconds, and the options that the scenario uses
    private static readonly Dictionary<string, (int Clients, int Rate, int Size, int Seconds, string Heeds)> Presets = new()
    {
        ["fanout"] = (1000, 20, 200, 10, Load + " rounds"),
        ["chain"] = (200, 5, 56_000, 10, Load + " rounds"),
        ["views"] = (1000, 5, 200, 6, Load + " rounds"),
        ["screen"] = (500, 45, 150, 6, Load + " rounds"),
        ["idle"] = (5000, 1, 200, 5, Load + " rounds"),
        ["throughput"] = (1000, 20, 200, 5, Load + " rounds up-to"),
        ["growth"] = (10_000, 5, 200, 6, Load + " rounds"),
        ["slow"] = (5000, 2, 200, 15, Load + " rounds"),
        ["storm"] = (1000, 5, 200, 3, Load + " rounds"),
        ["churn"] = (50, 20, 200, 3000, Load),
        ["polling"] = (500, 5, 200, 15, Load),
        ["build"] = (1, 1, 200, 1, ""),
        ["products"] = (1000, 5, 200, 3, "clients rate size warm-up servers products"),
        ["node"] = (1, 1, 200, 20, "seconds warm-up servers rounds"),
        ["cluster"] = (100, 200, 200, 8, Load + " nodes rooms"),
    };

    // These scenarios compare servers. The others measure one server: the gateway, if the command line names no other.
    private static readonly string[] Comparisons = ["fanout", "chain", "idle", "throughput"];

    // These need rooms of single products and chains.
    private static readonly string[] OfRooms = ["views", "screen"];

    // These scenarios need the metrics or the cluster of a gateway, which other servers lack.
    private static readonly string[] OfTheGateway = ["products", "slow", "storm", "churn", "cluster"];

    private readonly Dictionary<string, string> _values = new();

    private Options(string command) => Command = command;

    /// <summary>The names of all scenarios.</summary>
    public static IReadOnlyCollection<string> Commands => Presets.Keys;

    /// <summary>The options of all scenarios, without their dashes.</summary>
    public static IReadOnlyCollection<string> Names => [.. Presets.Values.SelectMany(preset => Heeded(preset.Heeds)).Distinct()];

    public string Command { get; }

    public int Rounds => Number("rounds", Command switch
    {
        "storm" => 20,
        "node" => 1,
        _ => 5,
    });

    public int WarmUp => Number("warm-up", Command switch { "chain" => 90, "node" => 150, "churn" => 600, _ => 20 }, least: 0);

    public Scenario Scenario
    {
        get
        {
            var preset = Presets[Command];
            var least = Command switch
            {
                "idle" => Idle.Baseline + 1,
                "slow" => SlowConsumers.OnChain + 1,
                _ => 1,
            };
            return new(Number("clients", preset.Clients, least), Number("rate", preset.Rate), Number("size", preset.Size),
                WarmUp, Number("seconds", preset.Seconds), Command == "chain");
        }
    }

    /// <summary>Numbers of nodes, one measurement for each.</summary>
    public IReadOnlyList<int> Nodes => Numbers("nodes", "1,2,3,4,5");

    /// <summary>Numbers of rooms, one measurement for each, with each number of nodes.</summary>
    public IReadOnlyList<int> Rooms => Numbers("rooms", "10,1000,10000");

    /// <summary>The number of products in one room.</summary>
    public int Products => Number("products", 2000);

    /// <summary>The highest rate of the throughput scenario, if the server keeps up until then.</summary>
    public int UpTo => Number("up-to", 100_000);

    public IReadOnlyList<Contender> Contenders
    {
        get
        {
            var names = _values.GetValueOrDefault("servers") ?? (Comparisons.Contains(Command) ? "gateway,socketio,signalr,kestrel" : OfRooms.Contains(Command) ? "gateway,socketio" : "gateway");
            Contender[] found = [.. names.Split(',').Select(Contender.Find)];
            if (found.GroupBy(contender => contender.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw new FormatException($"two servers are called '{twice.Key}': name them, NAME=FOLDER");
            var other = found.FirstOrDefault(contender => OfTheGateway.Contains(Command) ? !contender.IsGateway : (Command == "polling" || OfRooms.Contains(Command)) && !contender.IsSocketIO);
            return other is null ? found : throw new FormatException($"{Command} cannot be measured with '{other.Name}'");
        }
    }

    /// <exception cref="FormatException">The command line is wrong; the message says why in one line.</exception>
    public static Options Parse(string[] args)
    {
        if (args.Length == 0 || !Presets.TryGetValue(args[0], out var preset)) throw new FormatException($"name a scenario: {string.Join(", ", Presets.Keys)}");
        var (options, heeded) = (new Options(args[0]), Heeded(preset.Heeds));
        for (var i = 1; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || !heeded.Contains(args[i][2..]))
                throw new FormatException($"unknown option '{args[i]}': {args[0]} has {(heeded.Length == 0 ? "none" : "--" + string.Join(", --", heeded))}");
            if (i + 1 == args.Length) throw new FormatException($"incomplete option '{args[i]}'");
            options._values[args[i][2..]] = args[i + 1];
        }

        // Reads every value now, so that a wrong value is reported at the start.
        _ = (options.Scenario, options.Rounds, options.Nodes, options.Rooms, options.Products, options.UpTo, options.Contenders);
        return options;
    }

    private static string[] Heeded(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private int Number(string name, int preset, int least = 1) =>
        _values.TryGetValue(name, out var text) ? Number(name, text, least) : preset;

    private IReadOnlyList<int> Numbers(string name, string preset) =>
        [.. (_values.GetValueOrDefault(name) ?? preset).Split(',').Select(text => Number(name, text, least: 1))];

    private static int Number(string name, string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new FormatException($"--{name} takes a whole number from {least}, not '{text}'");
}
