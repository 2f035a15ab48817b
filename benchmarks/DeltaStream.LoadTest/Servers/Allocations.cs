using System.Buffers.Binary;
using System.Diagnostics.Tracing;
using System.Text;
using Microsoft.Diagnostics.NETCore.Client;

namespace DeltaStream.LoadTest.Servers;

/// <summary>Allocations of a .NET process, from the counter of the runtime, so that every .NET server is measured in the same way.</summary>
internal static class Allocations
{
    private static readonly byte[] Counter = Encoding.Unicode.GetBytes("alloc-rate\0");

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    /// <summary>Loads a server at a rate and prints how much it allocates for each delivery. Does nothing if it is not a .NET process.</summary>
    public static async Task PrintAsync(Contender contender, Bench bench, double rate)
    {
        if (!contender.IsDotnet) return;
        var allocated = DuringAsync(bench.Server.Id, Time);
        var m = await bench.MeasureAsync(rate, Time);
        Console.WriteLine($"{contender.Name}: {await allocated / Math.Max(1, m.Delivered):F0} bytes allocated a delivery at {rate:F0} messages a second");
    }

    private static async Task<double> DuringAsync(int processId, TimeSpan time)
    {
        var provider = new EventPipeProvider("System.Runtime", EventLevel.Informational, 0, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" });
        using var session = new DiagnosticsClient(processId).StartEventPipeSession(provider, requestRundown: false);
        using var trace = new MemoryStream();
        var reading = session.EventStream.CopyToAsync(trace);
        await Task.Delay(time);
        session.Stop();
        await reading;
        return Sum(trace.GetBuffer().AsSpan(0, (int)trace.Length));
    }

    // In the event the name of the counter is followed by two zero-terminated strings, and then by the increment.
    private static double Sum(ReadOnlySpan<byte> trace)
    {
        double sum = 0;
        for (int at; (at = trace.IndexOf(Counter)) >= 0;)
        {
            trace = trace[(at + Counter.Length)..];
            for (var texts = 0; texts < 2 && trace.Length > 1;)
            {
                if (trace[0] == 0 && trace[1] == 0) texts++;
                trace = trace[2..];
            }

            if (trace.Length >= 8) sum += BinaryPrimitives.ReadDoubleLittleEndian(trace);
        }

        return sum;
    }
}
