using System.Buffers;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.DirectSockets;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The HTTP requests of one Engine.IO path.</summary>
internal sealed partial class EngineEndpoint(EngineSessions sessions, AdmissionControl admission, IEngineApplication application, SessionRelay? relay = null)
{
    private const string TextType = "text/plain; charset=UTF-8";

    private int _parkedPolls;

    /// <summary>Answers one request; a WebSocket is served when it has ended (<see cref="ConnectionHandover"/>). Nothing a client does makes it throw.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var isAllowed = Cors.Apply(context, sessions.Settings.Origins);
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            Cors.AnswerPreflight(context);
            return Task.CompletedTask;
        }
        if (!isAllowed)
        {
            admission.Count(RefusedConnection.WrongOrigin);
            return RefuseAsync(context, EngineError.Forbidden);
        }
        var isWebSocket = WebSocketAcceptor.IsRequested(context);
        if (!EngineRequest.TryParse(context.Request.Method, context.Request.QueryString.Value, isWebSocket, out var request, out var error))
            return RefuseAsync(context, error);
        return request.Sid is null ? OpenAsync(context, request) : ContinueAsync(context, request);
    }

    private Task OpenAsync(HttpContext context, EngineRequest request)
    {
        var address = ClientAddress.Of(context);
        if (admission.TryEnter(address) is { } refused) return admission.RefuseAsync(context, refused);
        return request.IsWebSocket ? OpenWebSocketAsync(context, address) : OpenPollingAsync(context, address);
    }

    private Task OpenPollingAsync(HttpContext context, ClientAddress address)
    {
        var session = sessions.Create(TransportName.Polling, address);
        session.BearerToken = BearerToken.Of(context.Request);
        session.StartPolling(application);
        return RespondAsync(context, [EngineFrames.Of(sessions.Handshake(session, canUpgrade: true))]);
    }

    private async Task OpenWebSocketAsync(HttpContext context, ClientAddress address)
    {
        WebSocketConnection? connection = null;
        try
        {
            connection = await WebSocketAcceptor.AcceptAsync(context, sessions.Deadlines, sessions.Settings);
        }
        finally
        {
            // From now on the session gives the place back, when it closes.
            if (connection is null) admission.Leave(address);
        }
        if (connection is null) return;
        var bearerToken = BearerToken.Of(context.Request);
        await ConnectionHandover.ServeAsync(context, () =>
        {
            var session = sessions.Create(TransportName.WebSocket, address);
            session.BearerToken = bearerToken;
            var webSocket = new EngineWebSocket(session, connection, probes: false);
            session.StartWebSocket(webSocket, application);
            return RunAsync(webSocket);
        });
    }

    private static async Task RunAsync(EngineWebSocket webSocket) =>
        webSocket.Session.OnWebSocketEnded(webSocket, await webSocket.Connection.RunAsync(webSocket));

    private Task ContinueAsync(HttpContext context, EngineRequest request) =>
        !sessions.TryFind(request.Sid!, out _) && relay?.OwnerOf(request.Sid!) is { } owner ? RelayAsync(context, request, owner) : ContinueHereAsync(context, request);

    private async Task ContinueHereAsync(HttpContext context, EngineRequest request)
    {
        var isKnown = sessions.TryFind(request.Sid!, out var session);
        session?.UsedFrom(ClientAddress.Of(context));
        session?.CloseIfExpired();
        var error = request.CheckSession(isKnown ? session!.Current : null);
        if (error is not null) await RefuseAsync(context, error);
        else if (request.IsWebSocket) await ProbeAsync(context, session!);
        else if (request.IsGet) await PollAsync(context, session!);
        else await PostAsync(context, session!);
    }

    private async Task ProbeAsync(HttpContext context, EngineSession session)
    {
        var connection = await WebSocketAcceptor.AcceptAsync(context, sessions.Deadlines, sessions.Settings);
        if (connection is null) return;
        var webSocket = new EngineWebSocket(session, connection, probes: true);
        if (session.Current == EngineTransport.WebSocket) connection.Close(CloseReason.ProtocolError);
        else connection.CloseAfter(sessions.Settings.UpgradeTimeout);
        await ConnectionHandover.ServeAsync(context, () => RunAsync(webSocket));
    }

    private async Task PollAsync(HttpContext context, EngineSession session)
    {
        if (Interlocked.Increment(ref _parkedPolls) > sessions.Settings.MaxParkedPolls)
        {
            Interlocked.Decrement(ref _parkedPolls);
            await admission.RefuseAsync(context, RefusedConnection.TooManyPolls);
            return;
        }
        IReadOnlyList<Frame>? frames;
        EngineError? refusal;
        try
        {
            (frames, refusal) = await session.PollAsync(context.RequestAborted);
        }
        finally
        {
            Interlocked.Decrement(ref _parkedPolls);
        }
        if (frames is null) await RefuseAsync(context, refusal!);
        // What this answer held is lost: the session can't go on without it. (Once it has left, the client may close the connection.)
        else if (context.RequestAborted.IsCancellationRequested || !await RespondAsync(context, frames)) session.Close(CloseReason.TransportError);
    }

    private async Task PostAsync(HttpContext context, EngineSession session)
    {
        if (session.BeginPost() is { } error)
        {
            await RefuseAsync(context, error);
            return;
        }
        var (status, isTaken) = await TakePostAsync(context, session);
        switch (status)
        {
            case RequestBodyStatus.TooLarge:
                admission.Count(RefusedConnection.BodyTooLarge);
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                session.TooLarge();
                return;
            case RequestBodyStatus.TooSlow or RequestBodyStatus.Broken:
                if (status == RequestBodyStatus.TooSlow) admission.Count(RefusedConnection.BodyTimeout);
                // Nobody may be there to read it: a client that was too slow is.
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                session.Close(CloseReason.TransportError);
                return;
        }
        if (isTaken) await WriteTextAsync(context, "ok"u8.ToArray());
        else await RefuseAsync(context, EngineError.BadRequest);
    }

    /// <summary>The post is over before it is answered: a client sends the next one as soon as it has the answer, which is not two at once.</summary>
    private async Task<(RequestBodyStatus Status, bool IsTaken)> TakePostAsync(HttpContext context, EngineSession session)
    {
        using var body = new RequestBody(sessions.Settings.MaxPayload);
        try
        {
            var status = await body.ReadAsync(context);
            return (status, status == RequestBodyStatus.Read && await session.ReceiveAsync(body.Memory));
        }
        finally
        {
            session.EndPost();
        }
    }

    private static Task RefuseAsync(HttpContext context, EngineError error)
    {
        context.Response.StatusCode = error.HttpStatus;
        return WriteAsync(context, "application/json", error.Json);
    }

    private static Task WriteTextAsync(HttpContext context, ReadOnlyMemory<byte> text) => WriteAsync(context, TextType, text);

    /// <returns>Whether somebody was still there to take it.</returns>
    private static async Task<bool> WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.ContentType = type;
        response.Headers.CacheControl = "no-store";
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body.Span);
        return !(await response.BodyWriter.FlushAsync()).IsCompleted;
    }

    /// <returns>Whether somebody was still there to take it.</returns>
    private static async Task<bool> RespondAsync(HttpContext context, IReadOnlyList<Frame> frames)
    {
        var response = context.Response;
        response.ContentType = TextType;
        response.Headers.CacheControl = "no-store";
        response.ContentLength = LengthOf(frames);
        WriteFrames(response.BodyWriter, frames);
        return !(await response.BodyWriter.FlushAsync()).IsCompleted;
    }

    private static long LengthOf(IReadOnlyList<Frame> frames)
    {
        long length = frames.Count - 1;
        foreach (var frame in frames) length += PollingPayloadWriter.LengthOf(frame.Bytes.Span);
        return length;
    }

    private static void WriteFrames(IBufferWriter<byte> output, IReadOnlyList<Frame> frames)
    {
        var payload = new PollingPayloadWriter(output);
        foreach (var frame in frames) payload.TryAppendFrame(frame.Bytes.Span);
    }
}
