using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace DeltaStream.Node.Admission;

/// <summary>
/// A client's address in eight bytes: an IPv4 address, or the first 64 bits of an IPv6 address. The other 64 bits do not count,
/// because one client can choose them freely.
/// </summary>
internal readonly record struct ClientAddress
{
    // IPv4 addresses use the range ::/64. No IPv6 client has an address in it, except the loopback address.
    private readonly ulong _bits;

    private ClientAddress(ulong bits) => _bits = bits;

    /// <summary>The address of a request's client: the connection's address, or the one that a trusted proxy reports.</summary>
    public static ClientAddress Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    /// <summary>The part of an address that counts; the default value for null.</summary>
    public static ClientAddress Of(IPAddress? address)
    {
        if (address is null) return default;
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length)) return default;
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
            return new ClientAddress(IPAddress.IsLoopback(address) ? 1 : BinaryPrimitives.ReadUInt64BigEndian(bytes));
        return new ClientAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes[(length - 4)..]));
    }

    public override string ToString()
    {
        if (_bits == 1) return "::1";
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _bits);
        return _bits <= uint.MaxValue ? new IPAddress(bytes[4..8]).ToString() : $"{new IPAddress(bytes)}/64";
    }
}
