using System.Net;
using System.Net.Sockets;

namespace DeltaStream.Node.Admission;

/// <summary>The proxies whose <c>X-Forwarded-For</c> is trusted.</summary>
internal sealed class TrustedProxies
{
    /// <summary>Trusts no proxy: the connection's own address counts.</summary>
    public static readonly TrustedProxies None = new([]);

    /// <summary>Trusts these networks; a single address is a network of one address.</summary>
    public TrustedProxies(IReadOnlyList<IPNetwork> networks) => Networks = networks;

    public IReadOnlyList<IPNetwork> Networks { get; }

    public bool Includes(IPAddress? address)
    {
        if (address is null) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in Networks)
            if (network.Contains(address)) return true;
        return false;
    }

    /// <summary>Reads addresses and networks; null if a text is neither.</summary>
    public static TrustedProxies? Parse(IEnumerable<string> texts)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in texts)
        {
            // The parser reads 010.0.0.1 as 8.0.0.1, 10.1 as 10.0.0.1, and 0x10 as an address too. An operator hardly means that.
            if (!text.Contains(':') && !IsPlain(text.Split('/')[0])) return null;
            if (IPNetwork.TryParse(text, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(text, out var address)) networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            else return null;
        }
        return networks.Count == 0 ? None : new TrustedProxies(networks);
    }

    private static bool IsPlain(string text) => IPAddress.TryParse(text, out var address) && address.ToString() == text;
}
