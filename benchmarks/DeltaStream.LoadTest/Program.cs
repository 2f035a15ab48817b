// Loads servers with WebSocket clients, in turn, and prints the cost for each server.
//   dotnet run -c Release --project benchmarks/DeltaStream.LoadTest -- SCENARIO [--servers gateway,deflate,socketio,signalr,kestrel]
//       [--clients N] [--rate N] [--size BYTES] [--seconds N] [--warm-up N] [--rounds N] (each scenario accepts the options that it uses)
// Scenarios: fanout (1,000 clients, 200 bytes, 20 a second), chain (200 clients, 56 KB, 5 a second and the summary),
// views (1,000 clients with views of a real chain, beside whole chains and small updates), screen (500 clients with a chain and 20
// products), idle (memory of 5,000 quiet connections), throughput (deliveries a second at a p99 under 250 ms; --up-to RATE); of the gateway alone:
// growth (CPU of a delivery by number of clients), slow (clients that stop reading), storm (1,000 clients connect and leave at once),
// churn (an hour in which --clients 50 come a second, and leave by goodbye, by a closed socket or in silence: what the node holds),
// polling (500 long-polling clients), products (many products in one room; --products 2000), node (cost of a node without clients),
// cluster (cost of an update by nodes and rooms; --nodes 1,2,3,4,5 --rooms 10,1000,10000).
// A server can also be a folder with a published gateway, to compare the versions before and after a change. NAME=FOLDER gives the
// folder a name, or uses the program in the folder as the server NAME. Exit code 1: a load failed; 2: the command line is wrong.
// build publishes the servers; without it a server is published when it first starts.
// Servers run as they are deployed: published and compiled ahead of time (artifacts/load-test).
using System.Runtime.InteropServices;
using DeltaStream.LoadTest;
using DeltaStream.LoadTest.Servers;

Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

// With fewer threads, publisher and handshakes wait half a second for a thread when two other threads are blocked for a moment.
ThreadPool.SetMinThreads(32, 32);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => MeasuredProcess.DisposeAll());
try
{
    Console.WriteLine($"{options.Command}: {options.Scenario}, {Environment.ProcessorCount} cores, .NET {Environment.Version}");
    await (options.Command switch
    {
        "build" => Repository.PublishAll(),
        "fanout" or "chain" => FanOut.RunAsync(options),
        "views" => Views.RunChainAsync(options),
        "screen" => Views.RunScreenAsync(options),
        "idle" => Idle.RunAsync(options),
        "throughput" => Throughput.RunAsync(options),
        "growth" => Growth.RunAsync(options),
        "slow" => SlowConsumers.RunAsync(options),
        "storm" => Storm.RunAsync(options),
        "churn" => Churn.RunAsync(options),
        "polling" => Polling.RunAsync(options),
        "products" => Products.RunAsync(options),
        "node" => IdleNode.RunAsync(options),
        "cluster" => ClusterGrowth.RunAsync(options),
        _ => throw new InvalidOperationException($"nothing measures '{options.Command}'"),
    });
    return 0;
}
catch (Exception e)
{
    Console.Error.WriteLine($"failed: {e}");
    return 1;
}
finally
{
    MeasuredProcess.DisposeAll();
}
