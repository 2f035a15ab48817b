using System.Buffers.Text;
using System.Security.Cryptography;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>Makes session ids: 144 random bits in base64url, behind an optional prefix.</summary>
internal static class RandomId
{
    private const int RandomBytes = 18;

    /// <summary>The length of the random part, in characters.</summary>
    public const int Length = RandomBytes / 3 * 4;

    /// <summary>Makes a new id.</summary>
    /// <param name="prefix">The text before the random part, for example the name of the node that holds the session.</param>
    public static string Create(string prefix = "")
    {
        Span<byte> bytes = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(bytes);
        return prefix + Base64Url.EncodeToString(bytes);
    }
}
