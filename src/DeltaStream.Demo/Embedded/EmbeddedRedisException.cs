using System.Net.Sockets;

namespace DeltaStream.Demo.Embedded;

/// <summary>The embedded server could not listen on its port; the message names the port and the reason in one line.</summary>
public sealed class EmbeddedRedisException(int port, SocketException cause)
    : Exception($"The embedded Redis-compatible server cannot listen on 127.0.0.1:{port}: {cause.SocketErrorCode}", cause)
{
    /// <summary>The port on which the server could not listen.</summary>
    public int Port { get; } = port;
}
