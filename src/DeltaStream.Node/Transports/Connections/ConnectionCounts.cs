namespace DeltaStream.Node.Transports.Connections;

/// <summary>How many connections there are, by transport.</summary>
internal sealed class ConnectionCounts
{
    private int _polling;
    private int _webSocket;
    private int _plain;

    /// <summary>All of them.</summary>
    public int Total => this[TransportName.Polling] + this[TransportName.WebSocket] + this[TransportName.Plain];

    /// <summary>Those on one transport: a <see cref="TransportName"/>.</summary>
    public int this[string transport] => Volatile.Read(ref Of(transport));

    internal void Opened(string transport) => Interlocked.Increment(ref Of(transport));

    internal void Closed(string transport) => Interlocked.Decrement(ref Of(transport));

    internal void Moved(string from, string to)
    {
        Closed(from);
        Opened(to);
    }

    private ref int Of(string transport)
    {
        switch (transport)
        {
            case TransportName.Polling: return ref _polling;
            case TransportName.WebSocket: return ref _webSocket;
            case TransportName.Plain: return ref _plain;
            default: throw new ArgumentOutOfRangeException(nameof(transport), transport, "no transport");
        }
    }
}
