// Loads servers with WebSocket clients, in turn, and prints what each paid for it.
//   dotnet run -c Release --project benchmarks/DeltaStream.LoadTest -- SCENARIO [--servers gateway,deflate,socketio,signalr,kestrel]
//       [--clients N] [--rate N] [--size BYTES] [--seconds N] [--warm-up N] [--rounds N]
// Scenarios: fanout (1,000 clients, 200 bytes, 20 a second), chain (200 clients, 56 KB, 5 a second and the summary),
// idle (memory of 5,000 quiet connections), throughput (deliveries a second at a p99 under 250 ms); of the gateway alone:
// growth (CPU of a delivery as clients grow), slow (clients that stop reading), storm (1,000 come and go at once),
// polling (500 long-polling clients), products (2,000 products in one room), node (what a node costs without clients),
// cluster (an update's cost by nodes and rooms; --nodes 1,2,3,4,5).
// A server may also be a folder with a published gateway: the one before a change, beside the one with it.
// build publishes the servers, which otherwise happens where one is started first.
// Servers run as they are deployed, published and compiled ahead of time (artifacts/load-test).
using DeltaStream.LoadTest;
using DeltaStream.LoadTest.Servers;

// Publisher and handshakes must not wait half a second for a thread because two others are held up for a moment.
ThreadPool.SetMinThreads(32, 32);
try
{
    var options = Options.Parse(args);
    Console.WriteLine($"{options.Command}: {options.Scenario}, {Environment.ProcessorCount} cores, .NET {Environment.Version}");
    await (options.Command switch
    {
        "build" => Repository.PublishAll(),
        "products" => Products.RunAsync(options),
        "idle" => Idle.RunAsync(options),
        "throughput" => Throughput.RunAsync(options),
        "growth" => Growth.RunAsync(options),
        "slow" => SlowConsumers.RunAsync(options),
        "storm" => Storm.RunAsync(options),
        "polling" => Polling.RunAsync(options),
        "node" => IdleNode.RunAsync(options),
        "cluster" => ClusterGrowth.RunAsync(options),
        _ => FanOut.RunAsync(options),
    });
    return 0;
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
