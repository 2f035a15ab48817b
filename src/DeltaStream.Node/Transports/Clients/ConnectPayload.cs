using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>The payload of a client's CONNECT.</summary>
internal static class ConnectPayload
{
    private const int MaxPidLength = 64;

    /// <summary>The <c>pid</c> of the session that the client wants to recover; null if it names none.</summary>
    /// <param name="payload">A JSON object; empty if the client sent none.</param>
    public static string? PidOf(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return null;
        string? pid = null;
        var fields = new JsonFields(payload);
        while (fields.Read())
        {
            if (fields.Is("pid"u8)) pid = fields.GetText() is { Length: <= MaxPidLength } text ? text : null;
        }
        return pid;
    }
}
