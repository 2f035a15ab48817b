using System.Net;
using Akka.Actor;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>Requests for sessions that another node holds, and what other nodes ask for sessions of this one.</summary>
internal sealed partial class EngineEndpoint : IRelayOwner
{
    private static readonly byte[] Yes = [1];
    private static readonly byte[] No = [0];

    /// <inheritdoc/>
    public async Task<byte[]> AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted)
    {
        var input = new FieldReader(question);
        var sid = input.Text();
        sessions.TryFind(sid, out var session);
        session?.CloseIfExpired();
        switch (kind)
        {
            case RelayKind.Look:
                if (IPAddress.TryParse(input.Text(), out var from)) session?.UsedFrom(ClientAddress.Of(from));
                return session is null ? No : session.Current == EngineTransport.Polling ? Yes : [2];
            case RelayKind.Request:
                return await AnswerRequestAsync(input, aborted);
            case RelayKind.Probe:
                return session?.TryBeginProbe(input.Text()) == true ? Yes : No;
            case RelayKind.EndProbe:
                session?.EndProbe(input.Text());
                return [];
            case RelayKind.Move:
                var moved = session is null ? null : await session.MoveAsync(input.Text());
                return moved?.Write() ?? [];
            case RelayKind.Lost:
                session?.Close(CloseReason.TransportError);
                return [];
            case RelayKind.TooLarge:
                session?.TooLarge();
                return [];
            default:
                return [];
        }
    }

    /// <summary>The request as the other node got it: every rule is looked after here, where the session is.</summary>
    private async Task<byte[]> AnswerRequestAsync(FieldReader input, CancellationToken aborted)
    {
        var context = new DefaultHttpContext { RequestAborted = aborted };
        using var body = new MemoryStream();
        context.Response.Body = body;
        context.Request.Method = input.Text();
        context.Request.QueryString = new QueryString(input.Text());
        context.Connection.RemoteIpAddress = IPAddress.TryParse(input.Text(), out var address) ? address : null;
        context.Request.Body = new MemoryStream(input.Bytes().ToArray(), writable: false);
        if (EngineRequest.TryParse(context.Request.Method, context.Request.QueryString.Value, isWebSocket: false, out var request, out var error))
            await ContinueHereAsync(context, request);
        else await RefuseAsync(context, error);
        return new FieldWriter().Int32(context.Response.StatusCode).Text(context.Response.ContentType ?? "").Bytes(body.ToArray()).ToBytes();
    }

    private async Task RelayAsync(HttpContext context, EngineRequest request, Address owner)
    {
        if (request.IsWebSocket)
        {
            await RelayWebSocketAsync(context, request.Sid!, owner);
            return;
        }
        if (!request.IsGet)
        {
            await RelayRequestAsync(context, request, owner);
            return;
        }
        try
        {
            if (Interlocked.Increment(ref _parkedPolls) <= sessions.Settings.MaxParkedPolls) await RelayRequestAsync(context, request, owner);
            else await admission.RefuseAsync(context, RefusedConnection.TooManyPolls);
        }
        finally
        {
            Interlocked.Decrement(ref _parkedPolls);
        }
    }

    private async Task RelayRequestAsync(HttpContext context, EngineRequest request, Address owner)
    {
        using var body = new RequestBody(sessions.Settings.MaxPayload);
        switch (request.IsPost ? await body.ReadAsync(context) : RequestBodyStatus.Read)
        {
            case RequestBodyStatus.TooLarge:
                admission.Count(RefusedConnection.BodyTooLarge);
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                Tell(RelayKind.TooLarge);
                return;
            case (RequestBodyStatus.TooSlow or RequestBodyStatus.Broken) and var status:
                if (status == RequestBodyStatus.TooSlow) admission.Count(RefusedConnection.BodyTimeout);
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                Tell(RelayKind.Lost);
                return;
        }
        var answer = await relay!.AskAsync(owner, RelayKind.Request, Question(context, request, body.Memory), context.RequestAborted);
        if (answer is not { Length: > 0 })
        {
            await RefuseAsync(context, EngineError.SessionIdUnknown);
            return;
        }
        var input = new FieldReader(answer);
        context.Response.StatusCode = input.Int32();
        var (type, text) = (input.Text(), input.Bytes());
        if (type.Length == 0) return;
        // As on the owner: what a poll's answer held is lost where nobody takes it. (Once it has left, the client may close the connection.)
        var isTaken = !context.RequestAborted.IsCancellationRequested && await WriteAsync(context, type, text);
        if (request.IsGet && !isTaken && context.Response.StatusCode == StatusCodes.Status200OK) Tell(RelayKind.Lost);

        void Tell(RelayKind what) => relay!.Tell(owner, what, new FieldWriter().Text(request.Sid!).ToBytes());
    }

    private static byte[] Question(HttpContext context, EngineRequest request, ReadOnlyMemory<byte> body) => new FieldWriter(body.Length + 512)
        .Text(request.Sid!)
        .Text(context.Request.Method)
        .Text(context.Request.QueryString.Value ?? "")
        .Text(context.Connection.RemoteIpAddress?.ToString() ?? "")
        .Bytes(body.Span)
        .ToBytes();

    private async Task RelayWebSocketAsync(HttpContext context, string sid, Address owner)
    {
        var state = await relay!.AskAsync(owner, RelayKind.Look, new FieldWriter().Text(sid).Text(context.Connection.RemoteIpAddress?.ToString() ?? "").ToBytes());
        if (state is not [1 or 2, ..])
        {
            await RefuseAsync(context, EngineError.SessionIdUnknown);
            return;
        }
        var connection = await WebSocketAcceptor.AcceptAsync(context, sessions.Deadlines, sessions.Settings);
        if (connection is null) return;
        var place = new Place(admission, ClientAddress.Of(context));
        var webSocket = new RelayedWebSocket(
            relay, owner, sid, connection, place, () => new EngineWebSocket(sessions.Adopt(sid, place.HandOver()), connection, probes: false), application);
        if (state[0] == 2) connection.Close(CloseReason.ProtocolError);
        else connection.CloseAfter(sessions.Settings.UpgradeTimeout);
        await ConnectionHandover.ServeAsync(context, async () => webSocket.Ended(await connection.RunAsync(webSocket)));
    }
}
