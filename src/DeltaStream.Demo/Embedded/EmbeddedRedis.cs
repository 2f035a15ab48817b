using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.common;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Demo.Embedded;

/// <summary>
/// A Redis-compatible server (Microsoft.Garnet) inside this process, for where no Redis is given: the gateway then runs
/// its whole path over the same protocol. It listens on loopback only, keeps everything in memory and leaves no file behind.
/// </summary>
public sealed class EmbeddedRedis : IDisposable
{
    /// <summary>The port tried first where none is asked for, so that redis-cli and a second node know where to look.</summary>
    public const int PreferredPort = 6399;

    /// <summary>Stands for "any free port" wherever a port is asked for.</summary>
    public const int AnyPort = 0;

    private const int FreePortAttempts = 20;

    private readonly GarnetServer _server;

    private EmbeddedRedis(GarnetServer server, int port, int? takenPort)
    {
        _server = server;
        Port = port;
        TakenPort = takenPort;
    }

    /// <summary>The TCP port it listens on, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Its address as <c>REDIS_URL</c> takes it.</summary>
    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>The preferred port when another process had it and this server fell back to a free one, else null. The host logs it.</summary>
    public int? TakenPort { get; }

    /// <summary>Starts on exactly this port; <see cref="AnyPort"/> lets the system choose a free one.</summary>
    /// <exception cref="EmbeddedRedisException">The port is taken or not allowed.</exception>
    public static EmbeddedRedis Start(int port, ILoggerFactory? logs = null) =>
        port == AnyPort ? StartOnFreePort(null, logs) : new EmbeddedRedis(Listen(port, logs), port, null);

    /// <summary>Starts on the preferred port, or on a free one when another process has it.</summary>
    /// <exception cref="EmbeddedRedisException">No port could be had.</exception>
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
        // Garnet does not tell which port it got for 0, so a free one is looked for first; it may be gone a moment later.
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
