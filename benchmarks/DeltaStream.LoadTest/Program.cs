// Loads servers with WebSocket clients, in turn, and prints what a delivered message cost each.
//   dotnet run -c Release --project benchmarks/DeltaStream.LoadTest -- [--clients 1000] [--rate 20] [--size 200]
//       [--seconds 10] [--warm-up 5] [--rounds 3] [--servers gateway,kestrel]
using System.Globalization;
using DeltaStream.LoadTest;
using DeltaStream.LoadTest.Servers;

var options = new Dictionary<string, string>
{
    ["clients"] = "1000", ["rate"] = "20", ["size"] = "200", ["seconds"] = "10", ["warm-up"] = "5", ["rounds"] = "3",
    ["servers"] = "gateway,kestrel",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || !args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]))
    {
        Console.Error.WriteLine($"Unknown or incomplete argument '{args[i]}'. Known: --{string.Join(", --", options.Keys)}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

int Number(string name) => int.Parse(options[name], CultureInfo.InvariantCulture);
var scenario = new Scenario(Number("clients"), Number("rate"), Number("size"), Number("warm-up"), Number("seconds"));
var contenders = options["servers"].Split(',').Select(name => Contender.All.Single(contender => contender.Name == name)).ToList();
var results = contenders.ToDictionary(contender => contender, _ => new List<Measurement>());
Console.WriteLine($"{scenario.Clients} clients, {scenario.PayloadBytes} bytes, {scenario.Rate} a second, {scenario.Seconds} s, {Environment.ProcessorCount} cores, .NET {Environment.Version}");
Console.WriteLine("| server | round | µs CPU a delivery | delivered | p50 ms | p99 ms | server RSS MB | load client, cores |");
Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (var round = 1; round <= Number("rounds"); round++)
{
    foreach (var contender in contenders)
    {
        var m = await FanOut.RunAsync(contender, scenario);
        results[contender].Add(m);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {contender.Name} | {round} | {m.CpuMicrosecondsPerDelivery:F2} | {100.0 * m.Delivered / (m.Published * scenario.Clients):F1} % | {m.P50:F1} | {m.P99:F1} | {m.ResidentBytes / 1e6:F0} | {m.ClientCpuShare:F2} |"));
        if (m.Closed > 0) Console.WriteLine($"{m.Closed} clients of {contender.Name} were closed");
    }
}

double Median(Contender contender) => results[contender].Select(m => m.CpuMicrosecondsPerDelivery).Order().ElementAt(results[contender].Count / 2);
foreach (var contender in contenders)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{contender.Name}: median {Median(contender):F2} µs, {Median(contender) / Median(contenders[^1]):F2} × {contenders[^1].Name}"));
return 0;
