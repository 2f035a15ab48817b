using System.Globalization;
using System.Net;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Settings;

/// <summary>A node's address in the cluster.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">TCP port of Akka.Remote.</param>
internal readonly record struct NodeAddress(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>.</summary>
    public static bool TryParse(string text, out NodeAddress address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ClusterSettings.IsHost(text[..colon])) return false;
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return false;
        if (port is < 1 or > 65535) return false;
        address = new NodeAddress(text[..colon], port);
        return true;
    }

    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>The node's place in its cluster.</summary>
/// <param name="Self">The address under which others reach it.</param>
/// <param name="BindHost">The address it listens on.</param>
/// <param name="Seeds">Who is asked to join; itself where none is named.</param>
/// <param name="Roles">What the node does: <see cref="Gateway"/>, <see cref="Bridge"/>.</param>
internal sealed record ClusterSettings(NodeAddress Self, string BindHost, IReadOnlyList<NodeAddress> Seeds, IReadOnlyList<string> Roles)
{
    /// <summary>Serves clients.</summary>
    public const string Gateway = "gateway";

    /// <summary>May carry market data from Redis to the cluster.</summary>
    public const string Bridge = "bridge";

    /// <summary>What members prove with that they belong; null: nothing, whoever reaches the port can join.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>Whether other machines can reach the port.</summary>
    public bool IsOpen => BindHost != "localhost" && !BindHost.StartsWith("127.", StringComparison.Ordinal);

    /// <summary>Whether another node is among the seeds.</summary>
    public bool NamesAnotherNode => Seeds.Any(seed => seed != Self);

    /// <summary>Whether the node has this role.</summary>
    public bool Has(string role) => Roles.Contains(role);

    /// <summary>Reads and checks the settings under <c>deltastream.cluster</c>.</summary>
    /// <exception cref="SettingException">A value is not allowed.</exception>
    public static ClusterSettings Read(SettingReader reader)
    {
        var self = new NodeAddress(OwnHost(reader, "deltastream.cluster.hostname"), reader.Number("deltastream.cluster.port", 1, 65535));
        var bind = reader.Text("deltastream.cluster.bind-hostname").Length == 0
            ? self.Host
            : Host(reader, "deltastream.cluster.bind-hostname");
        var seeds = reader.List("deltastream.cluster.seeds").Select(text => NodeAddress.TryParse(text, out var seed)
            ? seed
            : throw reader.Wrong("deltastream.cluster.seeds", "host:port,host:port")).ToArray();
        var roles = reader.List("deltastream.cluster.roles").Distinct().ToArray();
        if (roles.Length == 0 || roles.Any(role => role is not (Gateway or Bridge)))
            throw reader.Wrong("deltastream.cluster.roles", $"{Gateway}, {Bridge} or both, comma-separated");
        return new ClusterSettings(self, bind, seeds.Length == 0 ? [self] : seeds, roles) { Tls = ClusterTls.Read(reader) };
    }

    /// <summary>Whether the text can be a host's name or IPv4 address.</summary>
    internal static bool IsHost(string text) => Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4;

    private static string Host(SettingReader reader, string path) =>
        IsHost(reader.Text(path)) ? reader.Text(path) : throw reader.Wrong(path, "a host name or an IPv4 address");

    /// <summary>Where the others find it: an address that is everybody's, or a number that only looks like a name, is none.</summary>
    private static string OwnHost(SettingReader reader, string path)
    {
        var host = Host(reader, path);
        return !IPAddress.TryParse(host, out var address) || (address.ToString() == host && !address.Equals(IPAddress.Any))
            ? host
            : throw reader.Wrong(path, "a host name or an IPv4 address under which the other nodes reach this one");
    }
}
