using System.Buffers;
using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>Writes the responses to Engine.IO requests.</summary>
internal static class EngineResponse
{
    private const string TextType = "text/plain; charset=UTF-8";

    public static Task RefuseAsync(HttpContext context, EngineError error)
    {
        context.Response.StatusCode = error.HttpStatus;
        return WriteAsync(context, "application/json", error.Json);
    }

    public static Task WriteOkAsync(HttpContext context) => WriteAsync(context, TextType, "ok"u8.ToArray());

    /// <returns>Whether the response was written; false if the client had gone.</returns>
    public static async Task<bool> WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        if (type == TextType && PollCompression.IsDue(context, body.Length)) body = await PollCompression.CompressAsync(context.Response, output => output.Write(body.Span));
        Begin(context.Response, type, body.Length);
        context.Response.BodyWriter.Write(body.Span);
        return await FlushAsync(context.Response);
    }

    /// <summary>Answers a poll.</summary>
    /// <returns>Whether the response was written; false if the client had gone.</returns>
    public static async Task<bool> WriteAsync(HttpContext context, IReadOnlyList<Frame> frames)
    {
        long length = frames.Count - 1;
        foreach (var frame in frames) length += PollingPayloadWriter.LengthOf(frame.Bytes.Span);
        var compressed = PollCompression.IsDue(context, length) ? await PollCompression.CompressAsync(context.Response, output => Write(output, frames)) : default;
        Begin(context.Response, TextType, compressed.IsEmpty ? length : compressed.Length);
        if (compressed.IsEmpty) Write(context.Response.BodyWriter, frames);
        else context.Response.BodyWriter.Write(compressed.Span);
        return await FlushAsync(context.Response);
    }

    private static void Write(IBufferWriter<byte> output, IReadOnlyList<Frame> frames)
    {
        var payload = new PollingPayloadWriter(output);
        foreach (var frame in frames) payload.TryAppendFrame(frame.Bytes.Span);
    }

    private static void Begin(HttpResponse response, string type, long length)
    {
        response.ContentType = type;
        response.Headers.CacheControl = "no-store";
        response.ContentLength = length;
    }

    private static async Task<bool> FlushAsync(HttpResponse response) => !(await response.BodyWriter.FlushAsync()).IsCompleted;
}
