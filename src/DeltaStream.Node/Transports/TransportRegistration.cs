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

/// <summary>How a host takes the transports in.</summary>
internal static class TransportRegistration
{
    /// <summary>What Kestrel may hold for a client that does not read, in bytes; beside it at most one chunk of ours.</summary>
    private const int ResponseBufferBytes = 8 * 1024;

    /// <summary>Adds the <see cref="TransportServer"/> and what Kestrel must know for it.</summary>
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
        // What a ClientActor writes leaves on its own thread: no hand-over for each frame, and the pipe's block is free again
        // for the next client. Nothing that reads from a client blocks, so it may run where the socket was found readable.
        services.Configure<SocketTransportOptions>(options =>
        {
            options.UnsafePreferInlineScheduling = true;
        });
        services.AddDirectSockets();
        return services;
    }

    /// <summary>
    /// Lets WebSockets go on without the HTTP requests that they came with. To be the last before HTTP, behind TLS; without it they
    /// work all the same, and cost as much more memory as HTTP keeps for a request.
    /// </summary>
    public static void UseHandover(this ListenOptions listen) => listen.UseDirectSockets();

    /// <summary>Serves the gateway's clients: Socket.IO under <c>/socket.io/</c>, the plain WebSocket under <c>/ws</c>.</summary>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="rate">How many messages a client may send.</param>
    /// <param name="supervisor">The actor that opens clients; asked for with each connection, so that it may start after the host was built.</param>
    /// <param name="recovery">Keeps the rooms of clients that lose their connection; null for no recovery.</param>
    public static IEndpointRouteBuilder MapGatewayTransports(
        this IEndpointRouteBuilder endpoints, MessageRate rate, Func<IActorRef> supervisor, SessionRecovery? recovery = null)
    {
        var services = endpoints.ServiceProvider;
        var server = services.GetRequiredService<TransportServer>();
        var shared = new ClientServices(
            supervisor, services.GetRequiredService<ITokenValidator>(), recovery, rate, services.GetRequiredService<TimeProvider>());
        server.MapSockets(endpoints, "/socket.io", new SocketIoClients(shared));
        server.MapPlain(endpoints, "/ws", new PlainClients(shared));
        return endpoints;
    }
}
