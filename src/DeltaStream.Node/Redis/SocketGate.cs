using System.Collections.Concurrent;
using System.Net;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Keeps the client library from connecting by itself. It would reconnect without checking the login, and go on as Redis's
/// <c>default</c> user if that user needs no password. So each connection is made once, and the node makes a new link instead.
/// </summary>
internal sealed class SocketGate
{
    private readonly ConcurrentDictionary<(string EndPoint, ConnectionType Type), bool> _made = [];
    private bool _isClosed;

    /// <summary>Called when the library wants to connect to a server that is new to it.</summary>
    public Action? Discovered { get; set; }

    /// <summary>Ends the time in which the library may connect to servers that are new to it.</summary>
    public void Close() => Volatile.Write(ref _isClosed, true);

    /// <summary>Called before each connection; throws if the library must not make it.</summary>
    public void Check(EndPoint endPoint, ConnectionType type)
    {
        var name = endPoint.ToString() ?? "";
        if (Volatile.Read(ref _isClosed) && !_made.ContainsKey((name, ConnectionType.Interactive)))
        {
            Discovered?.Invoke();
            throw new InvalidOperationException("a new server gets a new link");
        }

        if (!_made.TryAdd((name, type), true)) throw new InvalidOperationException("a lost connection gets a new link");
    }
}
