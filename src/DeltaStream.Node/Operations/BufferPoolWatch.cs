using System.Diagnostics.Metrics;

namespace DeltaStream.Node.Operations;

/// <summary>
/// The size of Kestrel's buffer pool. The pool grows with the buffers that connections need at one moment and shrinks slowly (1 %
/// in 10 s, 5 % when idle). So after a crowd of clients a node uses more memory than it needs; without this figure that looks like
/// a leak.
/// </summary>
internal sealed class BufferPoolWatch : IDisposable
{
    private const string Meter = "Microsoft.AspNetCore.MemoryPool";

    // Counts a buffer only when it is allocated or freed, never when a connection rents it.
    private const string Allocated = "aspnetcore.memory_pool.allocated";
    private const string Evicted = "aspnetcore.memory_pool.evicted";

    private readonly MeterListener _listener = new();
    private long _bytes;

    /// <summary>Starts listening; buffers allocated before are not counted.</summary>
    public BufferPoolWatch()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Meter && instrument.Name is Allocated or Evicted) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Interlocked.Add(ref _bytes, instrument.Name == Allocated ? value : -value));
        _listener.Start();
    }

    /// <summary>The bytes of all buffers, in use or free.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public void Dispose() => _listener.Dispose();
}
