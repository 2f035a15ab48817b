using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>
/// Compresses the response to a poll for a client that accepts gzip. ASP.NET's response compression is not used: behind it a write
/// no longer tells whether the client has gone, and the frames of such a response are lost.
/// </summary>
internal static class PollCompression
{
    /// <summary>Responses up to this many bytes are sent as they are: they gain little.</summary>
    public const int Above = 1024;

    /// <summary>Whether a response of this length is compressed.</summary>
    public static bool IsDue(HttpContext context, long length) =>
        length > Above && context.Response.StatusCode == StatusCodes.Status200OK && HttpMethods.IsGet(context.Request.Method) && Accepts(context.Request.Headers.AcceptEncoding);

    /// <summary>Compresses what <paramref name="write"/> writes, and marks the response.</summary>
    public static async Task<ReadOnlyMemory<byte>> CompressAsync(HttpResponse response, Action<IBufferWriter<byte>> write)
    {
        var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var output = PipeWriter.Create(gzip, new StreamPipeWriterOptions(leaveOpen: true));
            write(output);
            await output.CompleteAsync();
        }
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }

    /// <summary>Whether <c>Accept-Encoding</c> allows gzip (RFC 9110, section 12.5.3).</summary>
    internal static bool Accepts(StringValues header)
    {
        if (header.Count == 0 || !StringWithQualityHeaderValue.TryParseList(header, out var codings)) return false;
        var named = codings.FirstOrDefault(static coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            ?? codings.FirstOrDefault(static coding => coding.Value == "*");
        return named is not null && named.Quality != 0;
    }
}
