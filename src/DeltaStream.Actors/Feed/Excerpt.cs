using System.Text;

namespace DeltaStream.Actors.Feed;

/// <summary>Shows bytes of a producer in a log.</summary>
internal static class Excerpt
{
    /// <summary>Keeps printable ASCII and writes any other byte as <c>\xNN</c>, so that payloads can't forge log lines.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="most">How many of them to show.</param>
    public static string Of(ReadOnlySpan<byte> bytes, int most)
    {
        var text = new StringBuilder(most);
        foreach (var b in bytes[..Math.Min(bytes.Length, most)])
        {
            if (b is >= 0x20 and < 0x7f and not (byte)'\\') text.Append((char)b);
            else text.Append("\\x").Append(b.ToString("x2"));
        }

        return text.ToString();
    }
}
