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
    public static Task<bool> WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        Begin(context.Response, type, body.Length);
        context.Response.BodyWriter.Write(body.Span);
        return FlushAsync(context.Response);
    }

    /// <summary>Answers a poll.</summary>
    /// <returns>Whether the response was written; false if the client had gone.</returns>
    public static Task<bool> WriteAsync(HttpContext context, IReadOnlyList<Frame> frames)
    {
        long length = frames.Count - 1;
        foreach (var frame in frames) length += PollingPayloadWriter.LengthOf(frame.Bytes.Span);
        Begin(context.Response, TextType, length);
        var payload = new PollingPayloadWriter(context.Response.BodyWriter);
        foreach (var frame in frames) payload.TryAppendFrame(frame.Bytes.Span);
        return FlushAsync(context.Response);
    }

    private static void Begin(HttpResponse response, string type, long length)
    {
        response.ContentType = type;
        response.Headers.CacheControl = "no-store";
        response.ContentLength = length;
    }

    private static async Task<bool> FlushAsync(HttpResponse response) => !(await response.BodyWriter.FlushAsync()).IsCompleted;
}
