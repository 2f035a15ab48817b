using Akka.Actor;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>Requests for sessions that other nodes hold.</summary>
internal sealed class RelayedRequests(SessionRelay relay, EngineSessions sessions, AdmissionControl admission, IEngineApplication application) : IOtherNodes
{
    // A starting node is a member within seconds if it becomes one at all.
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(10);

    // The query of a stock client has about 80 bytes.
    private const int MostUnasked = 256;

    public Task? TryServe(HttpContext context, EngineRequest request)
    {
        if (relay.OwnerOf(request.Sid!) is { } owner) return ServeAsync(context, request, owner);
        return relay.IsMember || request.Sid!.StartsWith(relay.Prefix, StringComparison.Ordinal) ? null : ServeAsMemberAsync(context, request);
    }

    /// <summary>
    /// A node that starts or leaves does not see the members, so it can't tell an unknown session from another node's. After a 503 a
    /// balancer asks the next node, but not with a POST: that waits until this node has joined.
    /// </summary>
    private async Task ServeAsMemberAsync(HttpContext context, EngineRequest request)
    {
        if (request.IsPost && admission.TryPark())
        {
            await relay.JoinedAsync(JoinTimeout, context.RequestAborted);
            admission.EndPark();
        }

        if (!relay.IsMember) await admission.RefuseAsync(context, RefusedConnection.Starting);
        else if (relay.OwnerOf(request.Sid!) is { } owner) await ServeAsync(context, request, owner);
        else await EngineResponse.RefuseAsync(context, EngineError.SessionIdUnknown);
    }

    private Task ServeAsync(HttpContext context, EngineRequest request, Address owner)
    {
        if (request.IsWebSocket) return ServeWebSocketAsync(context, request.Sid!, owner);
        return request.IsGet ? PollAsync(context, request, owner) : PostAsync(context, request, owner);
    }

    private async Task PollAsync(HttpContext context, EngineRequest request, Address owner)
    {
        if (context.Request.QueryString.Value?.Length > MostUnasked && !await HasSessionAsync(owner, request.Sid!))
        {
            await EngineResponse.RefuseAsync(context, EngineError.SessionIdUnknown);
            return;
        }

        if (!admission.TryPark())
        {
            await admission.RefuseAsync(context, RefusedConnection.TooManyPolls);
            return;
        }
        try
        {
            await RelayAsync(context, request, owner, body: default);
        }
        finally
        {
            admission.EndPark();
        }
    }

    private async Task PostAsync(HttpContext context, EngineRequest request, Address owner)
    {
        // A sid can be made up to begin like those of a node, so nothing else goes there before the node has said that it has it.
        if (!await HasSessionAsync(owner, request.Sid!))
        {
            await EngineResponse.RefuseAsync(context, EngineError.SessionIdUnknown);
            return;
        }

        using var body = new RequestBody(sessions.Settings.MaxPayload);
        var status = request.IsPost ? await body.ReadAsync(context) : RequestBodyStatus.Read;
        if (status == RequestBodyStatus.Read)
        {
            await RelayAsync(context, request, owner, body.Memory);
            return;
        }
        RequestBody.Refuse(context, admission, status);
        Tell(owner, status == RequestBodyStatus.TooLarge ? RelayKind.TooLarge : RelayKind.Lost, request.Sid!);
    }

    private async Task RelayAsync(HttpContext context, EngineRequest request, Address owner, ReadOnlyMemory<byte> body)
    {
        var answer = await relay.RequestAsync(owner, Question(context, request, body), context.RequestAborted);
        if (answer is not { Length: > 0 })
        {
            await EngineResponse.RefuseAsync(context, EngineError.SessionIdUnknown);
            return;
        }
        var input = new FieldReader(answer);
        context.Response.StatusCode = input.Int32();
        var (type, text) = (input.Text(), input.Bytes());
        if (type.Length == 0) return;
        // As on the owner: if the client does not get a poll's answer, its frames are lost. After a complete response the client
        // may close the connection.
        var isTaken = !context.RequestAborted.IsCancellationRequested && await EngineResponse.WriteAsync(context, type, text);
        if (request.IsGet && !isTaken && context.Response.StatusCode == StatusCodes.Status200OK) Tell(owner, RelayKind.Lost, request.Sid!);
    }

    private async Task ServeWebSocketAsync(HttpContext context, string sid, Address owner)
    {
        var state = await relay.AskAsync(owner, RelayKind.FindSession, new FieldWriter().Text(sid).Text(context.Connection.RemoteIpAddress?.ToString() ?? "").ToBytes());
        if (state is not [1 or 2, ..])
        {
            await EngineResponse.RefuseAsync(context, EngineError.SessionIdUnknown);
            return;
        }
        var connection = await WebSocketAcceptor.AcceptAsync(context, sessions.Deadlines, sessions.Settings);
        if (connection is null) return;
        var session = new RemoteSession(relay, owner, sid, admission, ClientAddress.Of(context), sessions, application);
        var webSocket = EngineWebSocket.Probing(session, connection);
        if (state[0] == 2) connection.Close(CloseReason.ProtocolError);
        else connection.CloseAfter(sessions.Settings.UpgradeTimeout);
        await WebSocketAcceptor.ServeAsync(context, webSocket.RunAsync);
    }

    // No address: the request that follows has it.
    private async Task<bool> HasSessionAsync(Address owner, string sid) =>
        await relay.AskAsync(owner, RelayKind.FindSession, new FieldWriter().Text(sid).Text("").ToBytes()) is [1 or 2, ..];

    private void Tell(Address owner, RelayKind what, string sid) => relay.Tell(owner, what, new FieldWriter().Text(sid).ToBytes());

    private static byte[] Question(HttpContext context, EngineRequest request, ReadOnlyMemory<byte> body) => new FieldWriter(body.Length + 512)
        .Text(request.Sid!)
        .Text(context.Request.Method)
        .Text(context.Request.QueryString.Value ?? "")
        .Text(context.Connection.RemoteIpAddress?.ToString() ?? "")
        .Bytes(body.Span)
        .ToBytes();
}
