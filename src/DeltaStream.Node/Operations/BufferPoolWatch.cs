using System.Diagnostics.Metrics;

namespace DeltaStream.Node.Operations;

/// <summary>
/// How large the buffer pool of the web server is. It grows with what connections need at one moment and is given back slowly
/// (1 % in 10 s, idle 5 %), so that after a crowd has gone a node holds more than it will: without this figure that looks like a leak.
/// </summary>
internal sealed class BufferPoolWatch : IDisposable
{
    private const string Meter = "Microsoft.AspNetCore.MemoryPool";

    // Counted only when a buffer is made or given back for good, never when one is lent.
    private const string Made = "aspnetcore.memory_pool.allocated";
    private const string GivenBack = "aspnetcore.memory_pool.evicted";

    private readonly MeterListener _listener = new();
    private long _bytes;

    /// <summary>Starts listening; what was made before is not counted.</summary>
    public BufferPoolWatch()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Meter && instrument.Name is Made or GivenBack) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Interlocked.Add(ref _bytes, instrument.Name == Made ? value : -value));
        _listener.Start();
    }

    /// <summary>Bytes of buffers, lent or waiting to be.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public void Dispose() => _listener.Dispose();
}
