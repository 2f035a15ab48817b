using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.common;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Demo.Embedded;

/// <summary>
/// A Redis-compatible server (Microsoft.Garnet) inside this process, for a node without a Redis. The gateway's whole path then runs
/// over the same protocol. The server listens on loopback only, keeps everything in memory and leaves no file behind.
/// </summary>
public sealed class EmbeddedRedis : IDisposable
{
    /// <summary>The TCP port that the server tries first. It is fixed so that redis-cli and a second node can find the server.</summary>
    public const int PreferredPort = 6399;

    /// <summary>As a port: the system chooses a free one.</summary>
    public const int AnyPort = 0;

    private const int FreePortAttempts = 20;

    private readonly GarnetServer _server;

    private EmbeddedRedis(GarnetServer server, int port, int? takenPort)
    {
        _server = server;
        Port = port;
        TakenPort = takenPort;
    }

    /// <summary>The TCP port on 127.0.0.1 on which the server listens.</summary>
    public int Port { get; }

    /// <summary>The server's address, in the form of <c>REDIS_URL</c>.</summary>
    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>The preferred port if another process had it and the server fell back to a free one; else null. The host logs it.</summary>
    public int? TakenPort { get; }

    /// <summary>Starts the server on exactly this port; <see cref="AnyPort"/> lets the system choose a free one.</summary>
    /// <exception cref="EmbeddedRedisException">The port is taken or not allowed.</exception>
    public static EmbeddedRedis Start(int port, ILoggerFactory? logs = null) =>
        port == AnyPort ? StartOnFreePort(null, logs) : new EmbeddedRedis(Listen(port, logs), port, null);

    /// <summary>Starts the server on the preferred port, or on a free one if another process has that port.</summary>
    /// <exception cref="EmbeddedRedisException">No port is free.</exception>
    public static EmbeddedRedis StartPreferring(int port = PreferredPort, ILoggerFactory? logs = null)
    {
        try
        {
            return Start(port, logs);
        }
        catch (EmbeddedRedisException)
        {
            return StartOnFreePort(port, logs);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _server.Dispose();

    private static EmbeddedRedis StartOnFreePort(int? takenPort, ILoggerFactory? logs)
    {
        // Garnet does not report which port it got for 0, so this code looks for a free one first. Another process may take it a
        // moment later.
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            try
            {
                return new EmbeddedRedis(Listen(port, logs), port, takenPort);
            }
            catch (EmbeddedRedisException) when (attempt < FreePortAttempts)
            {
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static GarnetServer Listen(int port, ILoggerFactory? logs)
    {
        GarnetServer? server = null;
        try
        {
            server = new GarnetServer(EmbeddedRedisOptions.Create(port), logs);
            server.Start();
            return server;
        }
        catch (GarnetException error) when (error.InnerException is SocketException cause)
        {
            server?.Dispose();
            throw new EmbeddedRedisException(port, cause);
        }
    }
}
