namespace DeltaStream.Node.Settings;

/// <summary>What bounds a client before it is one: <c>deltastream.limits</c>. What bounds it afterwards is in the clients' settings.</summary>
/// <param name="Connections">Clients of the node at once.</param>
/// <param name="ConnectionsPerAddress">Clients from one address at once; 0: no limit.</param>
/// <param name="ParkedPolls">Long polls that may wait at once.</param>
/// <param name="Handshake">How long each step of a handshake may take: first byte, TLS, request headers, the protocol's own connect.</param>
/// <param name="HeaderBytes">The largest request head.</param>
public sealed record LimitSettings(int Connections, int ConnectionsPerAddress, int ParkedPolls, TimeSpan Handshake, int HeaderBytes)
{
    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="SettingException">A value is not allowed.</exception>
    public static LimitSettings Read(SettingReader reader) => new(
        reader.Number("deltastream.limits.connections", 1, 10_000_000),
        reader.Number("deltastream.limits.connections-per-address", 0, 10_000_000),
        reader.Number("deltastream.limits.parked-polls", 1, 10_000_000),
        TimeSpan.FromSeconds(reader.Number("deltastream.limits.handshake-seconds", 1, 600)),
        reader.Number("deltastream.limits.header-bytes", 2048, 1024 * 1024));
}
