using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The polls and POSTs of sessions that this node holds.</summary>
internal sealed class PollingRequests(AdmissionControl admission, int maxPayload)
{
    public async Task PollAsync(HttpContext context, EngineSession session)
    {
        IReadOnlyList<Frame>? frames;
        EngineError? refusal;
        if (!admission.TryPark())
        {
            await admission.RefuseAsync(context, RefusedConnection.TooManyPolls);
            return;
        }
        try
        {
            (frames, refusal) = await session.PollAsync(context.RequestAborted);
        }
        finally
        {
            admission.EndPark();
        }
        if (frames is null) await EngineResponse.RefuseAsync(context, refusal!);
        // The frames of a failed response are lost, so the session can't go on. After a complete response the client may close the
        // connection.
        else if (context.RequestAborted.IsCancellationRequested || !await EngineResponse.WriteAsync(context, frames)) session.Close(CloseReason.TransportError);
    }

    public async Task PostAsync(HttpContext context, EngineSession session)
    {
        using var body = new RequestBody(maxPayload);
        var status = RequestBodyStatus.Read;
        var refusal = await session.PostAsync(async () => (status = await body.ReadAsync(context)) == RequestBodyStatus.Read ? body.Memory : default(ReadOnlyMemory<byte>?));
        if (status != RequestBodyStatus.Read)
        {
            RequestBody.Refuse(context, admission, status);
            if (status == RequestBodyStatus.TooLarge) session.TooLarge();
            else session.Close(CloseReason.TransportError);
        }
        else if (refusal is null) await EngineResponse.WriteOkAsync(context);
        else await EngineResponse.RefuseAsync(context, refusal);
    }
}
