using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace DeltaStream.LoadTest.Servers;

/// <summary>Figures from <c>/metrics</c> of a gateway, some of them after a full garbage collection.</summary>
internal sealed class NodeMetrics(int port, int processId) : IDisposable
{
    // The runtime makes a full collection when an event session with this keyword starts.
    private const long CollectHeap = 0x800000;
    private readonly HttpClient _http = new();

    /// <summary>The sum of a metric over its labels.</summary>
    public async Task<double> ValueAsync(string name)
    {
        var text = await _http.GetStringAsync($"http://127.0.0.1:{port}/metrics");
        return text.Split('\n').Where(line => line.StartsWith(name + " ", StringComparison.Ordinal) || line.StartsWith(name + "{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Bytes on the managed heap after a full collection.</summary>
    public async Task<double> CollectedHeapAsync()
    {
        var client = new DiagnosticsClient(processId);
        using (var session = client.StartEventPipeSession(
            new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectHeap), requestRundown: false))
        {
            var reading = session.EventStream.CopyToAsync(Stream.Null);
            await Task.Delay(TimeSpan.FromSeconds(2));
            session.Stop();
            await reading;
        }

        return await ValueAsync("dotnet_total_memory_bytes");
    }

    /// <summary>Figures that must return to their old values when all clients have left.</summary>
    public async Task<string> SummaryAsync()
    {
        var (heap, clients, rooms) = (await CollectedHeapAsync() / 1e6, await ValueAsync("deltastream_connections"), await ValueAsync("deltastream_rooms"));
        return string.Create(CultureInfo.InvariantCulture, $"{heap:F1} MB managed heap, {clients:F0} clients, {rooms:F0} rooms");
    }

    public void Dispose() => _http.Dispose();
}
