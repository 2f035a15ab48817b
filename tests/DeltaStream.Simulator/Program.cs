using System.Diagnostics;
using System.Globalization;
using DeltaStream.Simulator.World;

var options = new SimOptions();
var (seeds, seconds, first, shrinks, stopsAtFirst) = (1, double.PositiveInfinity, (int?)null, true, false);
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--seed": first = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--seeds": seeds = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--for": (seeds, seconds) = (int.MaxValue, double.Parse(args[++i], CultureInfo.InvariantCulture)); break;
        case "--minutes": options = options with { Length = TimeSpan.FromMinutes(double.Parse(args[++i], CultureInfo.InvariantCulture)) }; break;
        case "--faults": options = options with { Kinds = args[++i].Split(',') }; break;
        case "--keep": options = options with { Keep = Numbers(args[++i]) }; break;
        case "--without-clients": options = options with { WithoutClients = Numbers(args[++i]) }; break;
        case "--trace": options = options with { Trace = Console.WriteLine }; break;
        case "--no-shrink": shrinks = false; break;
        case "--first": stopsAtFirst = true; break;
        default:
            Console.Error.WriteLine($"simulate: unknown argument '{args[i]}' (see --help)");
            return 2;
    }
}

if (options.Kinds is { } kinds && kinds.FirstOrDefault(kind => FaultKind.All.All(known => known.Name != kind)) is { } unknown)
{
    Console.Error.WriteLine($"simulate: no fault '{unknown}': there are {string.Join(", ", FaultKind.All.Select(kind => kind.Name))}");
    return 2;
}

// The day's seed: another part of the seeds every day, and the same for everybody on that day.
var seed = first ?? (int.Parse(DateTime.UtcNow.ToString("yyMMdd", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) * 1000);
if (first is null) Console.WriteLine($"the day's seed is {seed}");
var (kept, failed) = (0, 0);
var clock = Stopwatch.StartNew();
for (var last = (long)seed + seeds; seed < last && clock.Elapsed.TotalSeconds < seconds && !(stopsAtFirst && failed > 0); seed++)
{
    var began = clock.Elapsed;
    var result = Simulation.Run(options with { Seed = seed });
    if (result.Broken is null) kept++;
    else failed++;
    if (result.Broken is null && seeds > 1) continue;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"seed {seed}: {result.Broken?.ToString() ?? "every promise holds"} ({result.Passed.TotalSeconds:0} s in {(clock.Elapsed - began).TotalSeconds:0.0} s, {result.Publications} publications, {result.Deliveries} deliveries, {result.Turns} turns, trace {result.Hash:x16})"));
    if (result.Broken is not null && shrinks && options.Trace is null) Console.WriteLine(Shrinker.Story(Shrinker.Shrink(options with { Seed = seed }, result).Options));
}

if (seeds > 1) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kept} of {kept + failed} seeds keep every promise, in {clock.Elapsed.TotalSeconds:0} s"));
// For scripts/test.
if (seeds > 1) Console.WriteLine($"# pass {kept}\n# fail {failed}");
return failed == 0 ? 0 : 1;

static HashSet<int> Numbers(string text) =>
    text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToHashSet();
