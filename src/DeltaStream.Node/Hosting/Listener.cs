using DeltaStream.Node.Admission;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Transports;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace DeltaStream.Node.Hosting;

/// <summary>The HTTP listener of the node, and the limits of a connection before it belongs to a client.</summary>
internal static class Listener
{
    /// <summary>Connections beside the clients': health, metrics, the page.</summary>
    private const int OtherConnections = 1000;

    /// <summary>Listens on the node's port on all interfaces, and on the operators' port if it is set.</summary>
    public static void Listen(this WebApplicationBuilder builder, NodeSettings settings) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        var (limits, handshake) = (kestrel.Limits, settings.Transports.ConnectTimeout);
        limits.RequestHeadersTimeout = handshake;
        limits.KeepAliveTimeout = settings.Transports.KeepAlive;
        limits.MaxRequestHeadersTotalSize = settings.HeaderBytes;
        limits.MaxRequestLineSize = Math.Min(settings.HeaderBytes, limits.MaxRequestLineSize);
        // A polling client has two connections at a time.
        limits.MaxConcurrentConnections = settings.Transports.MaxConnections * 2L + OtherConnections;
        if (settings.Auth.OperatorPort != 0) kestrel.ListenAnyIP(settings.Auth.OperatorPort, static listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.ListenAnyIP(settings.Port, listen =>
        {
            // HTTP/1.1 is all that the clients' protocols need. HTTP/2 would only add ways of abuse.
            listen.Protocols = HttpProtocols.Http1;
            var services = kestrel.ApplicationServices;
            var server = services.GetRequiredService<TransportServer>();
            listen.Use(server.Guard);
            if (settings.Https is not null)
            {
                listen.UseTls(handshake);
                listen.Use(server.GuardHttp);
            }
            listen.UseHandover();
        });
    });

    private static void UseTls(this ListenOptions listen, TimeSpan handshake)
    {
        var certificate = listen.ApplicationServices.GetRequiredService<ServerCertificate>();
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = handshake,
            OnConnection = _ => ValueTask.FromResult(certificate.Current),
        });
    }

    /// <summary>
    /// Takes what a client asked for from the headers of trusted proxies: its address from <c>X-Forwarded-For</c>, with or without a
    /// port, the scheme from <c>X-Forwarded-Proto</c> and the host from <c>X-Forwarded-Host</c>.
    /// </summary>
    public static void UseTrustedProxies(this WebApplication app, TrustedProxies proxies)
    {
        if (proxies.Networks.Count == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in proxies.Networks) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
