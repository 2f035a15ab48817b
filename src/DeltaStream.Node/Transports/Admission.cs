namespace DeltaStream.Node.Transports;

/// <summary>Whether new connections are let in: not while the node stops, and not without limit.</summary>
internal sealed class Admission(TransportSettings settings, ConnectionCounts counts)
{
    private bool _stopped;

    /// <summary>Lets no new connection in from now on.</summary>
    public void Stop() => Volatile.Write(ref _stopped, true);

    /// <summary>Whether one more may come in.</summary>
    public bool TryAdmit() => !Volatile.Read(ref _stopped) && counts.Total < settings.MaxConnections;

    /// <summary>Tells the client to come back, or to go elsewhere.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
