using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DeltaStream.Node.Transports.DirectSockets;

/// <summary>Registers WebSockets that go on without HTTP, on the connection's socket (docs/decisions/14).</summary>
internal static class DirectSocketRegistration
{
    /// <summary>Sets the options that Kestrel needs for it.</summary>
    public static void AddDirectSockets(this IServiceCollection services) =>
        // With this size a flush completes only when the kernel has all bytes: no byte of Kestrel's may remain when frames go to
        // the socket directly.
        services.Configure<SocketTransportOptions>(static options => options.MaxWriteBufferSize = 1);

    /// <summary>Takes WebSockets over from HTTP. This must be the last middleware of the listener, behind TLS.</summary>
    public static void UseDirectSockets(this ListenOptions listen) => listen.Use(ConnectionHandover.Before);
}
