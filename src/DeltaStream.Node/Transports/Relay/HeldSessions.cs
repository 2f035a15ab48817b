using System.Net;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>Answers other nodes' questions about the sessions that this node holds.</summary>
internal sealed class HeldSessions(EngineSessions sessions, EngineEndpoint endpoint) : IRelayOwner
{
    private static readonly byte[] Yes = [1];
    private static readonly byte[] No = [0];

    public async Task<byte[]> AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted)
    {
        var input = new FieldReader(question);
        sessions.TryFind(input.Text(), out var session);
        session?.CloseIfExpired();
        switch (kind)
        {
            case RelayKind.FindSession:
                if (session is null) return No;
                if (IPAddress.TryParse(input.Text(), out var from)) sessions.UsedFrom(session, ClientAddress.Of(from));
                return session.Current == EngineTransport.Polling ? Yes : [2];
            case RelayKind.Request:
                return await AnswerRequestAsync(input, aborted);
            case RelayKind.Probe:
                return session?.TryBeginProbe(input.Text()) == true ? Yes : No;
            case RelayKind.EndProbe:
                session?.EndProbe(input.Text());
                return [];
            case RelayKind.Move:
                return session is not null && await session.LeaveAsync(input.Text()) is { } moved ? new MovedSession(moved.Waiting, moved.Application).Write() : [];
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

    /// <summary>Handles the request as the other node received it. This node checks every rule, because it holds the session.</summary>
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
            await endpoint.ContinueAsync(context, request);
        else await EngineResponse.RefuseAsync(context, error);
        return new FieldWriter().Int32(context.Response.StatusCode).Text(context.Response.ContentType ?? "").Bytes(body.ToArray()).ToBytes();
    }
}
