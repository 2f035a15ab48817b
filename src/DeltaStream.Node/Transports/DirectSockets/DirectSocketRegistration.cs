using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DeltaStream.Node.Transports.DirectSockets;

/// <summary>How a host lets WebSockets go on without HTTP, on the connection's socket (docs/decisions/14).</summary>
internal static class DirectSocketRegistration
{
    /// <summary>What Kestrel must know for it.</summary>
    public static void AddDirectSockets(this IServiceCollection services) =>
        // A flush then ends when the kernel has taken everything: no byte of Kestrel's may remain when frames go to the socket itself.
        services.Configure<SocketTransportOptions>(static options => options.MaxWriteBufferSize = 1);

    /// <summary>Takes WebSockets over from HTTP. To be the last middleware of the listener, behind TLS.</summary>
    public static void UseDirectSockets(this ListenOptions listen) => listen.Use(ConnectionHandover.Before);
}
