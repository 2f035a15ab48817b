// Micro benchmarks: time and allocations of each step on the way of a message.
//   dotnet run -c Release --project benchmarks/DeltaStream.Benchmarks -- --filter '*' --job short
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
