using System.Net;

namespace DeltaStream.Node.Settings;

/// <summary>One address in a <see cref="RedisUrl"/>.</summary>
/// <param name="Name">A name or an IP address, without brackets.</param>
/// <param name="Port">TCP port.</param>
internal sealed record RedisHost(string Name, int Port)
{
    /// <summary>The address in the client library's form.</summary>
    public EndPoint EndPoint => IPAddress.TryParse(Name, out var address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Name, Port);

    public override string ToString() => Name.Contains(':') ? $"[{Name}]:{Port}" : $"{Name}:{Port}";
}
