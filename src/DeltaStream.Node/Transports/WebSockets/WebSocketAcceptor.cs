using System.IO.Pipelines;
using System.Net.Sockets;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO.Framing;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>Turns a request into a WebSocket (RFC 6455, section 4.2).</summary>
internal static class WebSocketAcceptor
{
    public static bool IsRequested(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);

    /// <summary>Like <see cref="AcceptAsync"/>, for a client that takes a place; the connection returns the place when it ends.</summary>
    public static async Task<WebSocketConnection?> EnterAsync(
        HttpContext context, AdmissionControl admission, ClientAddress address, Deadlines deadlines, TransportSettings settings, params string[] subprotocols)
    {
        if (admission.TryEnter(address) is { } refused)
        {
            await admission.RefuseAsync(context, refused);
            return null;
        }
        WebSocketConnection? connection = null;
        try
        {
            return connection = await AcceptAsync(context, deadlines, settings, subprotocols);
        }
        finally
        {
            if (connection is null) admission.Leave(address);
        }
    }

    /// <summary>Accepts the WebSocket, or answers 400 (426 for another version) and returns null.</summary>
    /// <param name="context">The request.</param>
    /// <param name="deadlines">The timer of the connection.</param>
    /// <param name="settings">The limits of the connection.</param>
    /// <param name="subprotocols">The names of the protocol on this path; of a client that offers others the first is taken.</param>
    public static async Task<WebSocketConnection?> AcceptAsync(HttpContext context, Deadlines deadlines, TransportSettings settings, params string[] subprotocols)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true }
            || !WebSocketHandshake.TryAccept(context.Request.Headers.SecWebSocketKey, out var accept))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return null;
        }
        if (context.Request.Headers.SecWebSocketVersion != WebSocketHandshake.Version)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.SecWebSocketVersion = WebSocketHandshake.Version;
            return null;
        }

        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.SecWebSocketAccept = accept;
        if (Subprotocol.Choose(context.Request.Headers.SecWebSocketProtocol, subprotocols) is { } subprotocol) context.Response.Headers.SecWebSocketProtocol = subprotocol;
        var deflates = settings.DeflateFrom is not null && WebSocketDeflate.IsOffered(context.Request.Headers.SecWebSocketExtensions);
        if (deflates) context.Response.Headers.SecWebSocketExtensions = WebSocketDeflate.Accepted;
        var stream = await upgrade.UpgradeAsync();
        var lifetime = context.Features.Get<IConnectionLifetimeFeature>();
        Action abort = lifetime is null ? context.Abort : lifetime.Abort;
        var pipe = PipeOf(context, stream);
        var (end, deflater) = (new ConnectionEnd(), deflates ? FrameDeflater.From(settings.DeflateFrom ?? 0) : null);
        try
        {
            var direct = context.Features.Get<IUpgradedConnection>() is { } upgraded ? await upgraded.TakeSocketAsync(pipe.Output, end, deflater) : null;
            return new WebSocketConnection(pipe.Input, direct ?? new PipeSender(pipe.Output, end, deflater), abort, deadlines, settings, deflates);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The client has broken the connection in the meantime.
            abort();
            return null;
        }
    }

    /// <summary>Serves an accepted WebSocket to its end: after the request has ended, or within it.</summary>
    /// <param name="context">The request; it has ended when this completes.</param>
    /// <param name="serve">Serves the WebSocket, without the request.</param>
    public static Task ServeAsync(HttpContext context, Func<Task> serve)
    {
        if (context.Features.Get<IUpgradedConnection>() is not { } connection) return serve();
        connection.ServeAfterRequest(serve);
        return Task.CompletedTask;
    }

    // Kestrel's own pipe of the connection: several frames leave in one flush, without another copy and without a rate limit, which
    // an idle connection would break. Other servers offer only their stream.
    private static IDuplexPipe PipeOf(HttpContext context, Stream stream) =>
        context.Features.Get<IConnectionTransportFeature>()?.Transport ?? new StreamPipe(stream);

    private sealed class StreamPipe(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(useZeroByteReads: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream);
    }
}
