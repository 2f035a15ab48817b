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
/// <param name="Self">The address at which other nodes reach this node.</param>
/// <param name="BindHost">The address on which this node listens.</param>
/// <param name="Seeds">The nodes that this node asks to join the cluster; the node itself if the setting is empty.</param>
/// <param name="Roles">The node's roles: <see cref="Gateway"/>, <see cref="Bridge"/>.</param>
internal sealed record ClusterSettings(NodeAddress Self, string BindHost, IReadOnlyList<NodeAddress> Seeds, IReadOnlyList<string> Roles)
{
    /// <summary>The role of a node that serves clients.</summary>
    public const string Gateway = "gateway";

    /// <summary>The role of a node that can carry market data from Redis to the cluster.</summary>
    public const string Bridge = "bridge";

    /// <summary>
    /// The certificates with which members prove their membership. If null, every machine that reaches the port can join.
    /// </summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>Whether other machines can reach the port.</summary>
    public bool IsOpen => BindHost != "localhost" && !BindHost.StartsWith("127.", StringComparison.Ordinal);

    public bool NamesAnotherNode => Seeds.Any(seed => seed != Self);

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
            : throw reader.Wrong("deltastream.cluster.seeds", "host:port,host:port" + Only4(text))).ToArray();
        var roles = reader.List("deltastream.cluster.roles").Distinct().ToArray();
        if (roles.Length == 0 || roles.Any(role => role is not (Gateway or Bridge)))
            throw reader.Wrong("deltastream.cluster.roles", $"{Gateway}, {Bridge} or both, comma-separated");
        return new ClusterSettings(self, bind, seeds.Length == 0 ? [self] : seeds, roles) { Tls = ClusterTls.Read(reader) };
    }

    /// <summary>Whether the text can be a host name or an IPv4 address.</summary>
    internal static bool IsHost(string text) => Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4;

    private static string Host(SettingReader reader, string path)
    {
        var text = reader.Text(path);
        return IsHost(text) ? text : throw reader.Wrong(path, "a host name or an IPv4 address" + Only4(text));
    }

    /// <summary>One line says that a cluster over IPv6 does not work.</summary>
    private static string Only4(string text) => text.Split(',').Any(part => part.Count(c => c == ':') > 1) ? "; nodes talk to each other over IPv4 alone" : "";

    /// <summary>
    /// The host at which other nodes find this node. An address that stands for all interfaces is refused, and so is a number that
    /// only looks like a name.
    /// </summary>
    private static string OwnHost(SettingReader reader, string path)
    {
        var host = Host(reader, path);
        return !IPAddress.TryParse(host, out var address) || (address.ToString() == host && !address.Equals(IPAddress.Any))
            ? host
            : throw reader.Wrong(path, "a host name or an IPv4 address under which the other nodes reach this one");
    }
}
