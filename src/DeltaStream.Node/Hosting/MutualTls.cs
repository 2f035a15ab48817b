using Akka.Hosting;
using Akka.Remote.Transport.DotNetty;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Hosting;

/// <summary>Akka.Remote over TLS with a certificate on both sides of a connection.</summary>
internal static class MutualTls
{
    /// <summary>Enables TLS if certificates are set. The address scheme is then <c>akka.ssl.tcp</c>.</summary>
    public static AkkaConfigurationBuilder WithMutualTls(this AkkaConfigurationBuilder builder, ClusterTls? tls, ILogger log)
    {
        if (tls is null) return builder;
        // Only the authority decides which node is a member: names and addresses of nodes change.
        var setup = new DotNettySslSetup(tls.Certificate, suppressValidation: false, requireMutualAuthentication: true,
            (peer, _, remote, _, _) => Admit(tls.WhyNot(peer), remote, log));
        builder.AddSetup(setup);
        return builder.AddHocon("akka.remote.dot-netty.tcp.enable-ssl = on", HoconAddMode.Prepend);
    }

    private static bool Admit(string? refusal, string remote, ILogger log)
    {
        if (refusal is null) return true;
        log.PeerRefused(remote, refusal);
        return false;
    }
}
