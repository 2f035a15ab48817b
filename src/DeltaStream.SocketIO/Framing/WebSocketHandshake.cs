using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace DeltaStream.SocketIO.Framing;

/// <summary>The server's part of the opening handshake (RFC 6455, section 4.2).</summary>
public static class WebSocketHandshake
{
    /// <summary>The only supported version: the value of <c>Sec-WebSocket-Version</c>.</summary>
    public const string Version = "13";

    private const int KeyLength = 24;
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Computes <c>Sec-WebSocket-Accept</c> from the request's <c>Sec-WebSocket-Key</c>.</summary>
    /// <returns>False if the key is not the base64 of 16 bytes.</returns>
    public static bool TryAccept(string? key, [NotNullWhen(true)] out string? accept)
    {
        accept = null;
        if (key is not { Length: KeyLength } || !Base64.IsValid(key, out var decoded) || decoded != 16) return false;
        // The RFC prescribes SHA-1; no security depends on its strength.
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid), hash);
        accept = Convert.ToBase64String(hash);
        return true;
    }
}
