using System.Buffers;
using System.IO.Compression;

namespace DeltaStream.SocketIO.Framing;

/// <summary>
/// permessage-deflate (RFC 7692) without context takeover on either side. Each message is compressed on its own, so one compressed
/// frame serves all receivers and a connection holds no state.
/// </summary>
public static class WebSocketDeflate
{
    /// <summary>The reply to an accepted offer: the value of <c>Sec-WebSocket-Extensions</c>.</summary>
    public const string Accepted = Name + "; server_no_context_takeover; client_no_context_takeover";

    private const string Name = "permessage-deflate";

    // Each flushed message ends with these bytes; the sender removes them (section 7.2.1).
    private static readonly byte[] Tail = [0x00, 0x00, 0xff, 0xff];

    /// <summary>Whether the server can accept one of the client's offers as <see cref="Accepted"/> (section 7.1).</summary>
    /// <param name="offers">The value of <c>Sec-WebSocket-Extensions</c>; null if the header is absent.</param>
    public static bool IsOffered(string? offers)
    {
        if (offers is null) return false;
        foreach (var offer in offers.Split(','))
        {
            var parts = offer.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] != Name) continue;
            // This side can't compress with a smaller window than the default, so it declines such an offer, as it declines an
            // invalid one.
            if (parts.Skip(1).All(IsAcceptable) && parts.Skip(1).Select(NameOf).Distinct().Count() == parts.Length - 1) return true;
        }
        return false;
    }

    /// <summary>Compresses a frame's payload; null if that would not make the frame smaller.</summary>
    /// <param name="frame">An uncompressed frame (<see cref="WebSocketFrameWriter"/>).</param>
    public static byte[]? TryCompress(ReadOnlySpan<byte> frame)
    {
        var data = WebSocketFrameWriter.PayloadOf(frame);
        using var compressed = new MemoryStream(frame.Length / 4);
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(data);
            // The message ends here, with the tail. The bytes that the stream adds on closing are not sent.
            deflate.Flush();
            var length = (int)compressed.Length - Tail.Length;
            if (length <= 0 || length >= data.Length) return null;
            var smaller = WebSocketFrameWriter.Allocate((WebSocketOpcode)(frame[0] & 0x0f), length, out var payload);
            smaller[0] |= WebSocketFrameHeader.CompressedBit;
            compressed.GetBuffer().AsSpan(0, length).CopyTo(payload);
            return smaller;
        }
    }

    /// <summary>Decompresses a message.</summary>
    /// <param name="data">The compressed bytes.</param>
    /// <param name="maxBytes">The largest message, in bytes; decompression stops there.</param>
    /// <param name="target">Receives the message.</param>
    /// <returns>The failure, or null.</returns>
    internal static WebSocketFailure? Inflate(ReadOnlyMemory<byte> data, int maxBytes, ref PayloadBuffer target)
    {
        var whole = ArrayPool<byte>.Shared.Rent(data.Length + Tail.Length);
        var part = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            data.CopyTo(whole);
            Tail.CopyTo(whole, data.Length);
            using var inflate = new DeflateStream(new MemoryStream(whole, 0, data.Length + Tail.Length, writable: false), CompressionMode.Decompress);
            for (int read; (read = inflate.Read(part)) > 0;)
            {
                if (read > maxBytes - target.Length) return WebSocketFailure.TooBig;
                part.AsSpan(0, read).CopyTo(target.Extend(read));
            }
            return null;
        }
        catch (InvalidDataException)
        {
            return WebSocketFailure.BadCompression;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private static string NameOf(string parameter) => parameter.Split('=', 2)[0].TrimEnd();

    private static bool IsAcceptable(string parameter)
    {
        var value = parameter.Contains('=') ? parameter.Split('=', 2)[1].Trim().Trim('"') : null;
        return NameOf(parameter) switch
        {
            "server_no_context_takeover" or "client_no_context_takeover" => value is null,
            "client_max_window_bits" => value is null || (int.TryParse(value, out var bits) && bits is >= 8 and <= 15),
            "server_max_window_bits" => value == "15",
            _ => false,
        };
    }
}
