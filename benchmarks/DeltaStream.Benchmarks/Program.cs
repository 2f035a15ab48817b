// Micro benchmarks: time and allocations of the steps of a message's way.
//   dotnet run -c Release --project benchmarks/DeltaStream.Benchmarks -- --filter '*' --job short
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
