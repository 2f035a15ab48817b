using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>Handles the HTTP requests of one Engine.IO path.</summary>
internal sealed class EngineEndpoint(EngineSessions sessions, AdmissionControl admission, IEngineApplication application, IOtherNodes? otherNodes = null)
{
    private readonly PollingRequests _polling = new(admission, sessions.Settings.MaxPayload);

    /// <summary>
    /// Answers one request. A WebSocket is served after its request has ended (<see cref="IUpgradedConnection"/>). No request makes
    /// this method throw.
    /// </summary>
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
            return EngineResponse.RefuseAsync(context, EngineError.Forbidden);
        }
        if (!EngineRequest.TryParse(context.Request.Method, context.Request.QueryString.Value, WebSocketAcceptor.IsRequested(context), out var request, out var error))
            return EngineResponse.RefuseAsync(context, error);
        if (request.Sid is null) return OpenAsync(context, request);
        return (sessions.TryFind(request.Sid, out _) ? null : otherNodes?.TryServe(context, request)) ?? ContinueAsync(context, request);
    }

    /// <summary>Serves a request for a session that this node holds or has held.</summary>
    public async Task ContinueAsync(HttpContext context, EngineRequest request)
    {
        if (sessions.TryFind(request.Sid!, out var session))
        {
            sessions.UsedFrom(session, ClientAddress.Of(context));
            session.CloseIfExpired();
        }
        var error = request.CheckSession(session?.Current);
        if (error is not null) await EngineResponse.RefuseAsync(context, error);
        else if (request.IsWebSocket) await ProbeAsync(context, session!);
        else if (request.IsGet) await _polling.PollAsync(context, session!);
        else await _polling.PostAsync(context, session!);
    }

    private Task OpenAsync(HttpContext context, EngineRequest request)
    {
        var address = ClientAddress.Of(context);
        if (request.IsWebSocket) return OpenWebSocketAsync(context, address);
        if (admission.TryEnter(address) is { } refused) return admission.RefuseAsync(context, refused);
        var session = sessions.Create(address);
        session.BearerToken = BearerToken.Of(context.Request);
        session.StartPolling(application);
        return EngineResponse.WriteAsync(context, [EngineFrames.Of(sessions.Handshake(session, canUpgrade: true))]);
    }

    private async Task OpenWebSocketAsync(HttpContext context, ClientAddress address)
    {
        var connection = await WebSocketAcceptor.EnterAsync(context, admission, address, sessions.Deadlines, sessions.Settings);
        if (connection is null) return;
        var bearerToken = BearerToken.Of(context.Request);
        await WebSocketAcceptor.ServeAsync(context, () =>
        {
            var session = sessions.Create(address);
            session.BearerToken = bearerToken;
            var webSocket = EngineWebSocket.Of(session, connection);
            session.StartWebSocket(webSocket, application);
            return webSocket.RunAsync();
        });
    }

    private async Task ProbeAsync(HttpContext context, EngineSession session)
    {
        var connection = await WebSocketAcceptor.AcceptAsync(context, sessions.Deadlines, sessions.Settings);
        if (connection is null) return;
        if (session.Current == EngineTransport.WebSocket) connection.Close(CloseReason.ProtocolError);
        else connection.CloseAfter(sessions.Settings.UpgradeTimeout);
        await WebSocketAcceptor.ServeAsync(context, EngineWebSocket.Probing(session, connection).RunAsync);
    }
}
