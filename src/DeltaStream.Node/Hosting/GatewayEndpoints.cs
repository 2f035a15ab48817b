using Akka.Hosting;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Transports;

namespace DeltaStream.Node.Hosting;

/// <summary>The endpoints of a node with the role <c>gateway</c>.</summary>
internal static class GatewayEndpoints
{
    /// <summary>Maps the clients' transports; a node that is only a bridge has none.</summary>
    public static void MapGateway(this WebApplication app, NodeSettings settings)
    {
        if (!settings.Cluster.Has(ClusterSettings.Gateway)) return;
        var registry = app.Services.GetRequiredService<IReadOnlyActorRegistry>();
        var recovery = settings.Clients.RecoveryWindow > TimeSpan.Zero ? app.Services.GetRequiredService<SessionRecovery>() : null;
        // Before that, other nodes can't pass requests on to this node, so a client that polls through a balancer would lose its session.
        var membership = app.Services.GetRequiredService<Membership>();
        app.Services.GetRequiredService<TransportServer>().AcceptWhen(() => membership.IsFullMember);
        app.MapGatewayTransports(settings.MessageRate, () => registry.Get<ClientSupervisor>(), recovery);
    }
}
