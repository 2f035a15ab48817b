using Akka.Event;
using Akka.Hosting;
using Akka.Remote.Transport.DotNetty;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Hosting;

/// <summary>Akka.Remote over TLS, where both sides of a connection show a certificate.</summary>
internal static class MutualTls
{
    /// <summary>Turns it on where certificates are set. The address scheme is then <c>akka.ssl.tcp</c>.</summary>
    public static AkkaConfigurationBuilder WithMutualTls(this AkkaConfigurationBuilder builder, ClusterTls? tls)
    {
        if (tls is null) return builder;
        // Who belongs is a question of the authority alone: members are found under names and addresses that change.
        var setup = new DotNettySslSetup(tls.Certificate, suppressValidation: false, requireMutualAuthentication: true,
            (peer, _, remote, _, log) => Admit(tls.WhyNot(peer), remote, log));
        builder.AddSetup(setup);
        return builder.AddHocon("akka.remote.dot-netty.tcp.enable-ssl = on", HoconAddMode.Prepend);
    }

    private static bool Admit(string? refusal, string remote, ILoggingAdapter log)
    {
        if (refusal is null) return true;
        log.Warning("cluster_peer_refused {remote} {reason}", remote, refusal);
        return false;
    }
}
