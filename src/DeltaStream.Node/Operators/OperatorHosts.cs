using System.Net;

namespace DeltaStream.Node.Operators;

/// <summary>
/// The names under which operators may ask a node that wants no token. A page of a foreign site can have its own name resolve to
/// this machine (DNS rebinding); the request then has the foreign name in <c>Host</c>.
/// </summary>
/// <param name="names">The names that the settings allow besides those of this machine.</param>
internal sealed class OperatorHosts(IEnumerable<string> names)
{
    private readonly HashSet<string> _names = new(["localhost", Environment.MachineName, .. names], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a request asks for this machine, by one of its names or by the address at which it came in.</summary>
    /// <param name="host">The <c>Host</c> of the request, without the port.</param>
    /// <param name="local">The address at which the request came in.</param>
    public bool Allows(string host, IPAddress? local)
    {
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var address)) return _names.Contains(host);
        return IPAddress.IsLoopback(address) || _names.Contains(host) || (local is not null && Plain(address).Equals(Plain(local)));
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
