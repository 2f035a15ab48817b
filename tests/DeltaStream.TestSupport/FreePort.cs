using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DeltaStream.TestSupport;

/// <summary>Hands out TCP ports that are free now, each only once in a test run.</summary>
public static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port that nobody listens on.</summary>
    public static int Next()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            if (Given.TryAdd(port, true)) return port;
        }
    }
}
