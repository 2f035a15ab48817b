using System.Net;
using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.DirectSockets;
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
        using var input = MovedClientCodec.Reader(question);
        var sid = input.ReadString();
        sessions.TryFind(sid, out var session);
        session?.CloseIfExpired();
        switch (kind)
        {
            case RelayKind.Look:
                // An older node does not say where its client is.
                if (input.BaseStream.Position < input.BaseStream.Length && IPAddress.TryParse(input.ReadString(), out var from)) session?.UsedFrom(ClientAddress.Of(from));
                return session is null ? No : session.Current == EngineTransport.Polling ? Yes : [2];
            case RelayKind.Request:
                return await AnswerRequestAsync(input, aborted);
            case RelayKind.Probe:
                return session?.TryBeginProbe(input.ReadString()) == true ? Yes : No;
            case RelayKind.EndProbe:
                session?.EndProbe(input.ReadString());
                return [];
            case RelayKind.Move:
                var moved = session is null ? null : await session.MoveAsync(input.ReadString());
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
    private async Task<byte[]> AnswerRequestAsync(BinaryReader input, CancellationToken aborted)
    {
        var context = new DefaultHttpContext { RequestAborted = aborted };
        using var body = new MemoryStream();
        context.Response.Body = body;
        context.Request.Method = input.ReadString();
        context.Request.QueryString = new QueryString(input.ReadString());
        context.Connection.RemoteIpAddress = IPAddress.TryParse(input.ReadString(), out var address) ? address : null;
        context.Request.Body = new MemoryStream(MovedClientCodec.ReadBytes(input), writable: false);
        if (EngineRequest.TryParse(context.Request.Method, context.Request.QueryString.Value, isWebSocket: false, out var request, out var error))
            await ContinueHereAsync(context, request);
        else await RefuseAsync(context, error);
        return MovedClientCodec.ToBytes(output =>
        {
            output.Write(context.Response.StatusCode);
            output.Write(context.Response.ContentType ?? "");
            MovedClientCodec.WriteBytes(output, body.ToArray());
        });
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
        using var input = MovedClientCodec.Reader(answer);
        context.Response.StatusCode = input.ReadInt32();
        var (type, text) = (input.ReadString(), MovedClientCodec.ReadBytes(input));
        if (type.Length == 0) return;
        // As on the owner: what a poll's answer held is lost where nobody takes it. (Once it has left, the client may close the connection.)
        var isTaken = !context.RequestAborted.IsCancellationRequested && await WriteAsync(context, type, text);
        if (request.IsGet && !isTaken && context.Response.StatusCode == StatusCodes.Status200OK) Tell(RelayKind.Lost);

        void Tell(RelayKind what) => relay!.Tell(owner, what, MovedClientCodec.ToBytes(output => output.Write(request.Sid!)));
    }

    private static byte[] Question(HttpContext context, EngineRequest request, ReadOnlyMemory<byte> body) => MovedClientCodec.ToBytes(output =>
    {
        output.Write(request.Sid!);
        output.Write(context.Request.Method);
        output.Write(context.Request.QueryString.Value ?? "");
        output.Write(context.Connection.RemoteIpAddress?.ToString() ?? "");
        MovedClientCodec.WriteBytes(output, body);
    });

    private async Task RelayWebSocketAsync(HttpContext context, string sid, Address owner)
    {
        var state = await relay!.AskAsync(owner, RelayKind.Look, MovedClientCodec.ToBytes(output =>
        {
            output.Write(sid);
            output.Write(context.Connection.RemoteIpAddress?.ToString() ?? "");
        }));
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
