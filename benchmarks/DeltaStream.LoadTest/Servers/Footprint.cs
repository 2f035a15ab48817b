using System.Diagnostics;
using System.Globalization;

namespace DeltaStream.LoadTest.Servers;

/// <summary>What a gateway's process holds.</summary>
internal sealed class Footprint(MeasuredProcess server, NodeMetrics metrics)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public async Task<Sample> TakeAsync()
    {
        var status = await File.ReadAllLinesAsync($"/proc/{server.Id}/status");
        return new(
            _clock.Elapsed, Kilobytes("VmRSS") / 1024, Kilobytes("RssAnon") / 1024, await metrics.ValueAsync("dotnet_total_memory_bytes") / 1e6,
            await metrics.ValueAsync("deltastream_heap_committed_bytes") / 1e6, await metrics.ValueAsync("deltastream_heap_fragmented_bytes") / 1e6, Kilobytes("Threads"),
            Directory.EnumerateFileSystemEntries($"/proc/{server.Id}/fd").Count(), await metrics.ValueAsync("deltastream_actors"),
            await metrics.ValueAsync("deltastream_rooms"), await metrics.ValueAsync("deltastream_sessions"));

        double Kilobytes(string name) => double.Parse(
            status.First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split((char[])[':', '\t', ' '], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }

    /// <summary>The rise of the resident memory in MB a minute, as the slope of the line through all samples.</summary>
    public static double Slope(IReadOnlyList<Sample> samples)
    {
        if (samples.Count < 2) return 0;
        var (at, size) = (samples.Average(it => it.At.TotalMinutes), samples.Average(it => it.ResidentMB));
        return samples.Sum(it => (it.At.TotalMinutes - at) * (it.ResidentMB - size)) / samples.Sum(it => Math.Pow(it.At.TotalMinutes - at, 2));
    }

    public sealed record Sample(
        TimeSpan At, double ResidentMB, double AnonymousMB, double HeapMB, double CommittedMB, double FragmentedMB, double Threads, double Handles, double Actors, double Rooms, double Clients)
    {
        public override string ToString() => FormattableString.Invariant(
            $"| {Clients:F0} | {ResidentMB:F1} | {AnonymousMB:F1} | {HeapMB:F1} | {CommittedMB:F1} | {FragmentedMB:F1} | {Threads:F0} | {Handles:F0} | {Actors:F0} | {Rooms:F0} |");
    }
}
