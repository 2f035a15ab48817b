using Akka.Actor;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Transports.Clients;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.DirectSockets;
using DeltaStream.Node.Transports.Relay;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DeltaStream.Node.Transports;

/// <summary>Registers the transports in a host.</summary>
internal static class TransportRegistration
{
    /// <summary>The most bytes that Kestrel buffers for a client that does not read. The gateway adds at most one chunk.</summary>
    private const int ResponseBufferBytes = 8 * 1024;

    /// <summary>Adds the <see cref="TransportServer"/> and the options that Kestrel needs for it.</summary>
    public static IServiceCollection AddGatewayTransports(this IServiceCollection services, TransportSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(provider => new TransportServer(
            settings,
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<GatewayMetrics>(),
            provider.GetService<ILogger<TransportServer>>(),
            provider.GetService<SessionRelay>()));
        services.AddHostedService<RefusedHeads>();
        services.AddHostedService<RefusedTls>();
        services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxResponseBufferSize = ResponseBufferBytes;
        });
        // A ClientActor's write is sent on the actor's own thread: frames need no change of thread, and the pipe's block is free
        // for the next client at once. No code that reads from a client blocks, so reading may run inline on the socket's thread.
        services.Configure<SocketTransportOptions>(options =>
        {
            options.UnsafePreferInlineScheduling = true;
        });
        services.AddDirectSockets();
        return services;
    }

    /// <summary>
    /// Lets WebSockets go on without their HTTP requests. This must be the last middleware before HTTP, behind TLS. WebSockets also
    /// work without it, but then each keeps the memory of its HTTP request.
    /// </summary>
    public static void UseHandover(this ListenOptions listen) => listen.UseDirectSockets();

    /// <summary>Lets idle HTTP connections count to the limits of connections.</summary>
    public static void UseIdleLimit(this WebApplication app)
    {
        var server = app.Services.GetRequiredService<TransportServer>();
        app.Use(server.CountIdleAsync);
    }

    /// <summary>Serves the gateway's clients: Socket.IO under <c>/socket.io/</c>, the plain WebSocket under <c>/ws</c>.</summary>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="rate">The most messages that a client may send.</param>
    /// <param name="supervisor">The actor that opens clients. It is resolved at each connection, so it may start after the host is built.</param>
    /// <param name="recovery">Keeps the rooms of clients that lose their connection; null for no recovery.</param>
    public static IEndpointRouteBuilder MapGatewayTransports(
        this IEndpointRouteBuilder endpoints, MessageRate rate, Func<IActorRef> supervisor, SessionRecovery? recovery = null)
    {
        var services = endpoints.ServiceProvider;
        var server = services.GetRequiredService<TransportServer>();
        var shared = new ClientServices(
            supervisor, services.GetRequiredService<ITokenValidator>(), recovery, rate, services.GetRequiredService<TimeProvider>())
        {
            MostBytes = services.GetRequiredService<TransportSettings>().MaxPayload,
        };
        server.MapSockets(endpoints, "/socket.io", new SocketIoClients(shared));
        server.MapPlain(endpoints, "/ws", new PlainClients(shared));
        return endpoints;
    }
}
