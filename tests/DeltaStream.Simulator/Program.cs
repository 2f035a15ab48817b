using System.Diagnostics;
using System.Globalization;
using DeltaStream.Simulator.World;

var options = new SimOptions();
var (seeds, from) = (1, (int?)null);
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--seed": from = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--seeds": seeds = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--minutes": options = options with { Length = TimeSpan.FromMinutes(double.Parse(args[++i], CultureInfo.InvariantCulture)) }; break;
        case "--faults": options = options with { Kinds = args[++i].Split(',') }; break;
        case "--keep": options = options with { Keep = args[++i].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(it => int.Parse(it, CultureInfo.InvariantCulture)).ToHashSet() }; break;
        case "--trace": options = options with { Trace = Console.WriteLine }; break;
        default:
            Console.Error.WriteLine($"unknown argument '{args[i]}'");
            return 2;
    }
}

var failed = 0;
var first = from ?? 1;
var clock = Stopwatch.StartNew();
for (var seed = first; seed < first + seeds; seed++)
{
    var began = clock.Elapsed;
    var result = Simulation.Run(options with { Seed = seed });
    if (result.Broken is not null) failed++;
    if (result.Broken is null && seeds > 1) continue;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"seed {seed}: {result.Broken ?? "every promise holds"} ({result.Passed.TotalSeconds:0} s in {(clock.Elapsed - began).TotalSeconds:0.0} s, {result.Publications} publications, {result.Deliveries} deliveries, {result.Turns} turns, trace {result.Hash:x16})"));
}

if (seeds > 1) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seeds - failed} of {seeds} seeds keep every promise, in {clock.Elapsed.TotalSeconds:0} s"));
return failed == 0 ? 0 : 1;
